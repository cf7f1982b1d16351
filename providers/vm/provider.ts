import {
    absolutePath, changed, flag, integer, ipv4, listOf, mac, matching, name, objectOf, oneOf, optional, prefixLength,
    surelyChanged, text, violations,
} from "../check"; // prettier-ignore
import { gone, isKnown, type DynamicProvider } from "../contract";
import { libvirtUri } from "../../clients/libvirt";
import { refuseUntestedKernel } from "../../images/tested";
import type { VmDefinition } from "./definition";
import { createVm, deleteVm, markVm, readVm, restartVm, type VmOutcome } from "./lifecycle";

type Outputs = VmDefinition & VmOutcome;

const rules = {
    hypervisor: oneOf("libvirt"),
    uri: matching(libvirtUri, "a libvirt URI such as qemu:///system"),
    pool: optional(name),
    vmName: name,
    vcpus: integer(1, 64),
    memoryMiB: integer(256, 1024 * 1024, "MiB"),
    diskGiB: integer(1, 65_536, "GiB"),
    disk: absolutePath,
    kernel: absolutePath,
    initrd: absolutePath,
    cmdline: text,
    modules: optional(listOf(name)),
    nics: listOf(
        objectOf({
            name: matching(/^eth\d$/, "eth0, eth1, ..."),
            mac,
            network: name,
            address: ipv4,
            prefix: prefixLength,
            gateway: optional(ipv4),
        }),
    ),
    authorizedKey: matching(/^ssh-\S+ \S+[^\n]*$/, "one line of authorized_keys"),
    hostKeyFile: absolutePath,
    sshConfig: absolutePath,
    dataDir: absolutePath,
    holdsData: optional(flag),
    state: oneOf("running"),
    autostart: flag,
    ready: oneOf("ssh", "running"),
};

/** Fixed properties of a VM: a change replaces it. */
const identity = [
    "hypervisor", "uri", "pool", "vmName", "dataDir", "nics", "authorizedKey", "hostKeyFile",
] as const; // prettier-ignore

/** Only used at the first start. They are unknown if an image is about to be built, which is then another one. */
const imageFiles = ["disk", "kernel", "initrd"] as const;

/** What a restart changes or repairs: a refresh stores its finding in `state` instead of "running". */
const restarting = ["vcpus", "memoryMiB", "diskGiB", "cmdline", "state"] as const;

/** What is only noted in the hypervisor, with a VM that keeps running. */
const marks = ["holdsData", "autostart"] as const;

/** Before the VM that is there is touched. @throws Error in one sentence */
async function refuseUntested({ vmName, kernel, modules = [] }: VmDefinition): Promise<void> {
    if (modules.length > 0) await refuseUntestedKernel(vmName, kernel, modules);
}

export const provider: DynamicProvider<VmDefinition, Outputs> = {
    async check(_olds, news) {
        const inputs = { ...news, state: news.state ?? "running", autostart: true, ready: news.ready ?? "ssh" };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = [...surelyChanged(olds, news, identity), ...changed(olds, news, imageFiles)];
        if (olds.diskGiB > news.diskGiB) replaces.push("diskGiB");
        const updates = changed(olds, news, [...restarting, ...marks, "sshConfig", "ready"]);
        const boots = replaces.length + changed(olds, news, restarting).length > 0;
        if (boots && isKnown(news.kernel)) await refuseUntested(news);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await refuseUntested(inputs);
        return { id: inputs.vmName, outs: { ...inputs, ...(await createVm(inputs)) } };
    },

    async read(id, props) {
        const found = await readVm(props);
        if (!found) return gone;
        const { uuid, sshSeconds, ...inputs } = { ...props, ...found };
        return { id, props: { ...inputs, uuid, sshSeconds }, inputs };
    },

    async update(_id, olds, news) {
        const { uuid, sshSeconds } = olds;
        const restarts = changed(olds, news, restarting).length > 0;
        const outcome = restarts ? await restartVm(news, uuid) : { uuid, sshSeconds };
        if (!restarts && changed(olds, news, marks).length > 0) await markVm(news, uuid);
        return { outs: { ...news, ...outcome } };
    },

    async delete(_id, props) {
        await deleteVm(props);
    },
};
