import { hasData, isEdited, isOurs, machineOf } from "../../../providers/vm/definition";
import type { MachineFiles, VmStatus } from "../../../providers/vm/hypervisor";
import { vmIn } from "./definitions";

const definition = vmIn("/data");
const files: MachineFiles = {
    disk: "/data/disk.qcow2",
    kernel: "/data/vmlinuz",
    initrd: "/data/initrd",
    consoleLog: "/data/console.log",
    credentials: { "system.hostname": "/data/hostname" },
};
const found: VmStatus = {
    ...files,
    state: "running",
    autostart: true,
    uuid: "uuid-1",
    description: "",
    vcpus: 2,
    memoryMiB: 1024,
    cmdline: definition.cmdline,
    nics: definition.nics.map(({ mac, network }) => ({ mac, network })),
};

describe("the machine that a hypervisor has to know", () => {
    it("is what was asked for, with the files where the hypervisor sees them", () => {
        const { vcpus, memoryMiB, cmdline, nics } = definition;
        expect(machineOf(definition, files, "uuid-1", true)).toEqual({
            ...{ name: "sip-1", uuid: "uuid-1", description: "", vcpus, memoryMiB, cmdline, nics },
            ...files,
        });
    });

    it.each([
        [true, true, true],
        [true, false, false],
        [false, true, false],
        [undefined, true, false],
    ])("holds data where it is to hold data (%s) and was in use (%s): %s", (holdsData, inUse, expected) => {
        const { description } = machineOf({ ...definition, holdsData }, files, "uuid-1", inUse);
        expect(hasData({ ...found, description })).toBe(expected);
    });

    it("is ours by its disk, whatever else it has", () => {
        expect(isOurs(files, { ...found, uuid: "uuid-2", kernel: "/other" })).toBe(true);
        expect(isOurs(files, { ...found, disk: "/other" })).toBe(false);
    });

    it("was edited where a file, the command line or a network is another one", () => {
        expect(isEdited(definition, files, { ...found, vcpus: 3, memoryMiB: 1 })).toBe(false);
        const changes: Partial<VmStatus>[] = [
            ...(["disk", "kernel", "initrd", "cmdline"] as const).map((key) => ({ [key]: "/other" })),
            { nics: found.nics.slice(1) },
            { nics: found.nics.map((nic) => ({ ...nic, network: "other" })) },
            { nics: found.nics.map((nic) => ({ ...nic, mac: "52:54:00:00:00:00" })) },
        ];
        for (const change of changes)
            expect([change, isEdited(definition, files, { ...found, ...change })]).toEqual([change, true]);
    });
});
