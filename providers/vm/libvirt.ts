import { virsh, virshNames, virshXml } from "../../clients/libvirt";
import { chooseAccelerator } from "./accelerator";
import { domainXml, parseDomainXml } from "./domain-xml";
import type { Hypervisor, Machine, VmState, VmStatus } from "./hypervisor";

/** VMs as domains of the libvirt at `uri`. */
export class LibvirtHypervisor implements Hypervisor {
    constructor(private readonly uri: string) {}

    async inspect(name: string): Promise<VmStatus | undefined> {
        if (!(await virshNames(this.uri, ["list", "--all"])).includes(name)) return undefined;
        const info = (await virsh(this.uri, ["dominfo", name])).stdout;
        const field = (of: string) => new RegExp(`^${of}: +(.*)$`, "m").exec(info)?.[1].trim() ?? "";
        const { stdout } = await virsh(this.uri, ["dumpxml", "--inactive", name]);
        return {
            state: vmState(field("State")),
            autostart: field("Autostart") === "enable",
            ...parseDomainXml(stdout),
        };
    }

    async define(machine: Machine): Promise<void> {
        const xml = domainXml(machine, await chooseAccelerator(this.uri));
        await virshXml(this.uri, ["define", "--validate"], xml);
    }

    async start(name: string): Promise<void> {
        try {
            await virsh(this.uri, ["start", name]);
        } catch (error) {
            if (!(await this.runs(name))) throw error;
        }
    }

    async setAutostart(name: string, autostart: boolean): Promise<void> {
        await virsh(this.uri, ["autostart", ...(autostart ? [] : ["--disable"]), name]);
    }

    async stop(name: string): Promise<void> {
        if (await this.runs(name)) await virsh(this.uri, ["destroy", name]);
    }

    async remove(name: string): Promise<void> {
        if ((await virshNames(this.uri, ["list", "--all", "--persistent"])).includes(name))
            await this.setAutostart(name, false);
        await this.stop(name);
        if ((await virshNames(this.uri, ["list", "--all"])).includes(name)) await virsh(this.uri, ["undefine", name]);
    }

    private async runs(name: string): Promise<boolean> {
        return (await virshNames(this.uri, ["list"])).includes(name);
    }
}

/** Those of libvirt's states (virDomainState) in which a guest can't answer are not "running". */
function vmState(state: string): VmState {
    switch (state) {
        case "running":
        case "idle":
        case "in shutdown":
            return "running";
        case "paused":
        case "pmsuspended":
            return "paused";
        case "crashed":
            return "crashed";
        default:
            return "shut off";
    }
}
