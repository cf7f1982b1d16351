const anotherVm = "it is on another VM";
const firstStart = "the guest takes it at its first start only";
const imageUsed = "the VM's disk began as the image";
const fixedNetwork = "libvirt can't change a network that exists";

/**
 * Why a change of a property replaces one of our resources, by type and property. Pulumi's protocol transfers only the
 * property's name.
 */
const reasons: Record<string, Record<string, string>> = {
    Vm: {
        hypervisor: "a VM stays where it is",
        uri: "a VM stays where it is",
        vmName: "the name is what the hypervisor knows it by",
        dataDir: "its disk is there",
        pool: "its disk is there",
        disk: imageUsed,
        kernel: imageUsed,
        initrd: imageUsed,
        nics: firstStart,
        authorizedKey: firstStart,
        hostKeyFile: firstStart,
        diskGiB: "a disk can't shrink",
    },
    VmNetwork: {
        uri: fixedNetwork,
        networkName: fixedNetwork,
        bridge: fixedNetwork,
        address: fixedNetwork,
        prefix: fixedNetwork,
        mode: fixedNetwork,
    },
    KernelModule: { host: anotherVm, vmId: anotherVm },
    VmFiles: { host: anotherVm, vmId: anotherVm, bundleName: "the files of a bundle are known by its name" },
    Service: { host: anotherVm, vmId: anotherVm, service: "it is another service" },
    SshAccess: { dir: "its keys are there" },
    Phones: { netns: "they are in another namespace", labNetns: "they belong to another lab" },
    Container: { labels: "its VM was made anew, or its configuration is another" },
};

/** The engine's own reasons, for all types. */
const general: Record<string, string> = {
    deletedWith: "what it belongs to is made anew",
    provider: "it moves to another provider",
};

/** The reasons of all other properties of a type. */
const otherwise: Record<string, string> = {
    RandomPassword: "the password is drawn anew",
    Container: "a container can't be changed while it exists",
};

/** Why a change of the property replaces the resource, after "because"; `type` is the last part of its token. */
export const replacementReason = (type: string, property: string): string =>
    reasons[type]?.[property] ?? general[property] ?? otherwise[type] ?? "it can't be changed in place";
