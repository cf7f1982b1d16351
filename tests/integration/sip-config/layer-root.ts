import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { validateStack } from "../../../config";
import type { GuestFile } from "../../../configs/render";
import { buildImage } from "../../../images/build";
import { entryDir } from "../../../images/cache";
import { definitions } from "../../../services/definitions";
import { layerEntries, type ImageRequest } from "../../../images/recipe";
import { run, type RunResult } from "../../../process/run";

/** Builds the image of a VM unless the cache has it. @returns the directories of one of its layers, lowest first. */
export async function layerDirectories(kind: string, container: string | undefined, layer: string): Promise<string[]> {
    const checked = validateStack("testing");
    if ("problems" in checked) throw new Error(checked.problems.join("\n"));
    const { debianSuite, debianMirror, aptCheckValidUntil } = checked.config;
    const containers = container ? [{ name: container }] : [];
    const request: ImageRequest = { kind, suite: debianSuite, mirror: debianMirror || undefined, containers };
    const progress = (line: string) => console.info(line);
    await buildImage(request, { definitions, checkValidUntil: aptCheckValidUntil, progress });
    return layerEntries(definitions, layer, request).map((entry) => path.join(entryDir("layers", entry), "fs"));
}

/** The file system that a service runs in on its VM, with the files of its configuration, and networks of its own. */
export class LayerRoot {
    private constructor(
        private readonly layers: string[],
        private readonly scratch: string,
    ) {}

    /** @param container the container whose file system it is; that of the VM itself by default */
    static async of(kind: string, container?: string): Promise<LayerRoot> {
        const layer = container ? definitions.containers[container].layer : definitions.images[kind].layer;
        const layers = await layerDirectories(kind, container, layer);
        return new LayerRoot(layers, fs.mkdtempSync(path.join(os.tmpdir(), "voip-root-")));
    }

    /**
     * Runs a shell script as root inside, with the addresses on an interface of its own; nothing it starts or writes outlives
     * it.
     */
    async run(files: readonly GuestFile[], addresses: readonly string[], script: string): Promise<RunResult> {
        const etc = path.join(this.scratch, "files");
        for (const file of files) {
            const target = path.join(etc, file.path);
            fs.mkdirSync(path.dirname(target), { recursive: true });
            fs.writeFileSync(target, file.content, { mode: parseInt(file.mode ?? "0644", 8) });
        }
        const lower = [...this.layers].reverse().join(":");
        const outside = `set -eu
trap 'exit 125' EXIT
mount -t tmpfs tmpfs ${this.scratch}
mkdir ${this.scratch}/upper ${this.scratch}/work ${this.scratch}/root
mount -t overlay overlay -o lowerdir=${lower},upperdir=${this.scratch}/upper,workdir=${this.scratch}/work ${this.scratch}/root
cd ${this.scratch}/root
rm -rf etc/asterisk etc/kamailio # as on the VM, where the files' own directory takes the place of the package's
tar -xf - -C .
mkdir -p proc dev run/kamailio run/asterisk run/rtpengine
mount -t proc proc proc
mount --rbind /dev dev
ip link set lo up
ip link add eth0 type veth peer name other
ip link set eth0 up
ip link set other up
${addresses.map((address) => `ip address add ${address}/24 dev eth0`).join("\n")}
exec chroot . sh -c "$1"`;
        const { stdout: archive } = await run(["sh", "-c", `tar -cf - -C ${etc} . | base64 -w0`]);
        const namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL"];
        return run([...namespaces, "sh", "-c", outside, "sh", script], {
            input: Buffer.from(archive, "base64"),
            okStatus: Array.from({ length: 256 }, (_, status) => status).filter((status) => status !== 125),
            timeoutMs: 120_000,
        });
    }

    remove(): void {
        fs.rmSync(this.scratch, { recursive: true, force: true });
    }
}
