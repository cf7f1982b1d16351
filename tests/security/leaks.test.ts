import * as fs from "node:fs";
import * as path from "node:path";
import { DockerApi } from "../../clients/docker/api";
import { daemonAt } from "../../clients/docker/daemon";
import { kvmState } from "../../lab/kvm";
import { cacheDir, projectDir, stackPaths } from "../../paths";
import { run } from "../../process/run";
import { environment, stack, testRoot } from "../stack/environment";
import { askVault } from "../stack/core";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { steal } from "../stack/stolen";
import { voip } from "../stack/voip";

const secretNames = ["kamailio", "rtpengine", "valkey/kamailio", "valkey/exporter"];

/** Every secret that the platform has now, by value: long enough to mean something where it is found. */
async function secretValues(): Promise<string[]> {
    const { extensions, postgres, vault } = await outputs();
    const { accounts, secretIds } = await steal();
    const reports = await askVault(secretNames.map((name) => ({ method: "GET", path: `secret/data/${name}` })));
    const stored = reports.map(({ answer }) => {
        const fields = (answer?.data?.data ?? {}) as Record<string, string>;
        return Object.entries(fields).flatMap(([field, value]) => (/user|vhost/.test(field) ? [] : [value]));
    });
    const keys = await Promise.all([
        onVm("sip-1", "sudo sed -n 2p /etc/kamailio/tls/key.pem; sudo cat /run/voip-agent/token"),
        onVm("pbx-1", "sudo sed -n 2p /etc/asterisk/tls/key.pem; sudo cat /run/voip-agent/token"),
        onVm("media-1", "sudo cat /run/voip-agent/token"),
    ]);
    return [
        ...Object.values(extensions).map(({ password }) => password),
        ...Object.values(accounts).map(({ password }) => password),
        ...Object.values(secretIds).flat(),
        ...stored.flat(),
        ...keys.flatMap((text) => text.trim().split("\n")),
        postgres.password,
        vault.token,
    ].filter((value) => value.length >= 16);
}

/** The image that the disk of a VM began as. */
async function imageOf(disk: string): Promise<string> {
    const chain = ["qemu-img", "info", "--backing-chain", "--force-share", "--output", "json", disk];
    const files = JSON.parse((await run(chain)).stdout) as { filename: string }[];
    return files[files.length - 1].filename;
}

describe("no secret", () => {
    let values: string[];
    let vms: string[];
    beforeAll(async () => {
        await broughtUp();
        values = await secretValues();
        vms = Object.keys((await outputs()).vms);
        expect(values.length).toBeGreaterThan(15);
    });

    const found = (text: string): string[] => values.filter((value) => text.includes(value));

    /** Files on this machine that hold a secret. */
    async function filesWith(...places: string[]): Promise<string[]> {
        const there = places.filter((place) => fs.existsSync(place));
        const grep = ["grep", "-rlaF", "--devices=skip", "-f", "-", ...there];
        const { stdout } = await run(grep, { input: `${values.join("\n")}\n`, okStatus: [0, 1, 2] });
        return stdout.split("\n").filter(Boolean);
    }

    /**
     * The file, if it holds a secret. A disk is mostly holes, which grep reads as gigabytes of zeros: it is given what tar makes of it,
     * which has none.
     */
    async function diskWith(disk: string): Promise<string[]> {
        const script =
            'values=$(cat); tar --create --sparse --absolute-names --file - "$1" | grep -caF -f <(printf %s "$values"); ' +
            'set -- "${PIPESTATUS[@]}"; [ "$1" -eq 0 ] && [ "$2" -le 1 ]';
        const { stdout } = await run(["bash", "-c", script, "bash", disk], { input: values.join("\n") });
        return Number(stdout) > 0 ? [disk] : [];
    }

    it("is missed by the search: it finds them where they belong", async () => {
        const { accounts } = await steal();
        expect(found(await onVm("sip-1", "sudo cat /etc/pgbouncer/credentials.ini"))).toEqual([
            accounts.kamailio.password,
        ]);
        const file = path.join(testRoot, "leak");
        fs.writeFileSync(file, `something ${values[3]} something`);
        expect(await filesWith(testRoot)).toContain(file);
        fs.writeFileSync(file, "");
        fs.truncateSync(file, 1e9);
        expect(await diskWith(file)).toEqual([]);
        const disk = fs.openSync(file, "r+");
        fs.writeSync(disk, values[3], 5e8);
        fs.closeSync(disk);
        expect(await diskWith(file)).toEqual([file]);
        fs.rmSync(file);
    });

    it("is in a template, or in any other file of the checkout", async () => {
        const { stdout } = await run(["git", "grep", "--untracked", "-lF", "-f", "-"], {
            cwd: projectDir,
            input: `${values.join("\n")}\n`,
            okStatus: [0, 1],
        });
        expect(stdout).toBe("");
    });

    it("is in an image of a VM, with the containers in it", async () => {
        const disks = await Promise.all(
            vms.map((vm) => imageOf(path.join(stackPaths(stack).dataDir, "vms", vm, "disk.qcow2"))),
        );
        expect(disks.every((disk) => disk.startsWith(cacheDir()))).toBe(true);
        const files = disks.flatMap((disk) => {
            const dir = path.dirname(disk);
            return fs.readdirSync(dir).map((name) => path.join(dir, name));
        });
        expect((await Promise.all(files.map(diskWith))).flat()).toEqual([]);
    });

    it("is in the memory or on the disk of a saved guest", async () => {
        const saved = path.join(cacheDir(), "guests");
        const memories = fs.existsSync(saved)
            ? fs.readdirSync(saved).map((name) => path.join(saved, name, "memory"))
            : [];
        const emulated = kvmState() !== "usable";
        expect(memories.filter((memory) => fs.existsSync(memory)).length > 0).toBe(emulated);
        expect(await filesWith(saved)).toEqual([]);
    });

    it("is in plain in the state, in its history, in a backup or in a log", async () => {
        const backend = environment.PULUMI_BACKEND_URL.replace("file://", "");
        expect(fs.readdirSync(backend)).not.toEqual([]);
        expect(await filesWith(backend, path.join(environment.XDG_STATE_HOME, "voip-stack", "logs"))).toEqual([]);
    });

    it("is on this machine's disk outside of what the core services have for themselves", async () => {
        const { dataDir } = stackPaths(stack);
        const places = fs.readdirSync(dataDir).filter((name) => name !== "vms" && name !== "docker");
        const data = /\/core\/(openbao|postgres|valkey|valkey-exporter)\/(data|tls)\//;
        const files = await filesWith(...places.map((name) => path.join(dataDir, name)));
        expect(files.filter((file) => !data.test(file))).toEqual([]);
    });

    it("is in a list of processes, here or on a VM", async () => {
        expect(found((await run(["ps", "axww", "-o", "args"])).stdout)).toEqual([]);
        for (const vm of vms) expect(found(await onVm(vm, "ps axww -o args"))).toEqual([]);
    });

    it("is in a log of a VM or of a container", async () => {
        for (const vm of vms) {
            const containers = 'for each in $(docker ps --quiet --all 2>/dev/null); do docker logs "$each" 2>&1; done';
            expect(found(await onVm(vm, `sudo journalctl --no-pager --output cat; ${containers}`))).toEqual([]);
        }
    });

    it("is in `docker inspect`, here or on a VM", async () => {
        for (const vm of vms) {
            const inspect = "docker ps --quiet --all 2>/dev/null | xargs --no-run-if-empty docker inspect";
            expect(found(await onVm(vm, inspect))).toEqual([]);
        }
        const docker = new DockerApi(daemonAt(`unix://${stackPaths(stack).dockerSocket}`, []));
        try {
            const all = (await docker.call("GET", "/containers/json", { query: { all: "true" } })) as { Id: string }[];
            expect(all.length).toBeGreaterThanOrEqual(2);
            for (const { Id } of all) {
                expect(found(JSON.stringify(await docker.call("GET", `/containers/${Id}/json`)))).toEqual([]);
            }
        } finally {
            docker.close();
        }
    });

    it("is shown by outputs and status unless asked for", async () => {
        expect(found((await voip(["outputs", "--stack", stack, "--json"])).stdout)).toEqual([]);
        expect(found((await voip(["status", "--stack", stack, "--json"])).stdout)).toEqual([]);
    });
});
