import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { virshNames } from "../../../clients/libvirt";
import { engineArgv, enterLab, ensureLab, removeLab } from "../../../lab/lab";
import { stackPaths } from "../../../paths";
import { run } from "../../../process/run";
import { IMAGE, startDockerd, type TestDockerd } from "../plugins/dockerd";
import { fakeKernel } from "../vm/fake-kernel";
import { Workspace } from "./workspace";

const stack = "faults";

/** A lab and a Docker daemon, in which the program `machines` makes networks, a VM and a container. */
export class MachineRoom {
    private readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), "machines-"));

    private constructor(private readonly dockerd: TestDockerd) {}

    static async open(): Promise<MachineRoom> {
        await removeLab(stack);
        await ensureLab(stack, "file:///nowhere");
        return new MachineRoom(await startDockerd());
    }

    workspace(): Workspace {
        const file = (name: string, content: string | Buffer = ""): string => {
            const at = path.join(this.dir, name);
            fs.writeFileSync(at, content);
            return at;
        };
        const { dataDir, libvirtUri: uri } = stackPaths(stack);
        const disk = file("disk.raw");
        fs.truncateSync(disk, 1024 ** 3);
        const nic = { name: "eth0", mac: "52:54:00:12:34:99", network: "internal", address: "10.0.0.9", prefix: 24 };
        const vm = {
            ...{ hypervisor: "libvirt", uri, vmName: "guest", vcpus: 1, diskGiB: 1, dataDir, ready: "running" },
            ...{ disk, kernel: file("vmlinuz", fakeKernel("up")), initrd: file("initrd"), cmdline: "quiet" },
            ...{ nics: [nic], authorizedKey: "ssh-ed25519 AAAA operator" },
            ...{ hostKeyFile: file("host-key"), sshConfig: file("ssh-config") },
        };
        const machines = { vm, dockerHost: this.dockerd.host, image: IMAGE };
        return new Workspace("machines", { MACHINES: JSON.stringify(machines) }, (argv) => engineArgv(stack, argv));
    }

    /** All that runs or lies about, looked at without the code that made it. */
    async traces(): Promise<Record<string, string[]>> {
        const { dataDir, libvirtUri } = stackPaths(stack);
        const vms = path.join(dataDir, "vms");
        const links = JSON.parse((await run(enterLab(stack, ["ip", "-j", "link"]))).stdout) as { ifname: string }[];
        const containers = await this.dockerd.docker("ps", "--all", "--format", "{{.Names}}: {{.State}}");
        return {
            domains: await virshNames(libvirtUri, ["list", "--all"]),
            running: await virshNames(libvirtUri, ["list"]),
            networks: await virshNames(libvirtUri, ["net-list", "--all"]),
            active: await virshNames(libvirtUri, ["net-list"]),
            links: links.map(({ ifname }) => ifname.replace(/^vnet\d+$/, "vnet")).sort(),
            files: fs.existsSync(vms) ? fs.readdirSync(vms, { recursive: true, encoding: "utf8" }).sort() : [],
            containers: containers.split("\n").filter(Boolean).sort(),
        };
    }

    async close(): Promise<void> {
        await this.dockerd.stop();
        await removeLab(stack);
        fs.rmSync(this.dir, { recursive: true });
    }
}
