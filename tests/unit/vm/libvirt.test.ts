import * as kvm from "../../../lab/kvm";
import { chooseAccelerator } from "../../../providers/vm/accelerator";
import { LibvirtHypervisor } from "../../../providers/vm/libvirt";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { printed, vmIn } from "./definitions";

jest.mock("../../../lab/kvm");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const virsh = (uri: string, ...commands: string[]): string[] =>
    commands.map((command) => `virsh --quiet --connect ${uri} ${command}`);
const here = "qemu:///system";
const elsewhere = "qemu+ssh://root@host/system";
const hypervisor = new LibvirtHypervisor(here);
const definition = vmIn("/data");

/** What libvirt prints of a VM (virsh dominfo). */
const dominfo = (state: string, autostart = "enable"): string =>
    `Id:             1\nName:           sip-1\nState:          ${state}\nPersistent:     yes\nAutostart:      ${autostart}\n\n`;

/** VMs that libvirt has, and those of them that run. */
const has = (all: string[], running: string[]): void => {
    mockCommands.answer(/ list --name$/, running.map((name) => `${name}\n`).join(""));
    mockCommands.answer(/ list --all --name$/, `${all.join("\n")}\n\n`);
};

beforeEach(() => {
    mockCommands.reset();
    jest.mocked(kvm.kvmState).mockReturnValue("usable");
});

describe("VMs run", () => {
    it("by KVM on this machine where it is usable", async () => {
        expect(await chooseAccelerator(here)).toBe("kvm");
        jest.mocked(kvm.kvmState).mockReturnValue("no device");
        expect(await chooseAccelerator(here)).toBe("tcg");
        expect(mockCommands.ran).toEqual([]);
    });

    it("by KVM on another machine where its libvirt has it", async () => {
        mockCommands.answer(/ capabilities$/, "<guest><domain type='qemu'/><domain type='kvm'/></guest>");
        expect(await chooseAccelerator(elsewhere)).toBe("kvm");
        expect(mockCommands.ran).toEqual(virsh(elsewhere, "capabilities"));
        mockCommands.answer(/ capabilities$/, "<guest><domain type='qemu'/></guest>");
        expect(await chooseAccelerator(elsewhere)).toBe("tcg");
    });
});

describe("libvirt says of a VM", () => {
    it("nothing where there is none of exactly that name", async () => {
        has(["sip-10"], []);
        expect(await hypervisor.inspect("sip-1")).toBeUndefined();
        expect(mockCommands.ran).toEqual(virsh(here, "list --all --name"));
    });

    it.each([
        ["running", "running"],
        ["idle", "running"],
        ["in shutdown", "running"],
        ["paused", "paused"],
        ["pmsuspended", "paused"],
        ["crashed", "crashed"],
        ["shut off", "shut off"],
        ["dying", "shut off"],
    ])("%s, which is %s to us", async (said, state) => {
        has(["sip-1"], []);
        mockCommands.answer(/ dominfo sip-1$/, dominfo(said));
        mockCommands.answer(/ dumpxml --inactive sip-1$/, printed(definition, "/disk"));
        expect(await hypervisor.inspect("sip-1")).toMatchObject({ state, disk: "/disk", vcpus: 2, memoryMiB: 1024 });
    });

    it.each([
        ["enable", true],
        ["disable", false],
    ])("whether it runs at all times: %s", async (said, autostart) => {
        has(["sip-1"], []);
        mockCommands.answer(/ dominfo sip-1$/, dominfo("running", said));
        expect(await hypervisor.inspect("sip-1")).toMatchObject({ autostart });
    });

    it("an error, where it can't be asked", async () => {
        mockCommands.answer(/ list /, { status: 1, stderr: "failed to connect" });
        await expect(hypervisor.inspect("sip-1")).rejects.toThrow("failed to connect");
    });
});

describe("a VM", () => {
    it("is checked when it is defined, for the accelerator that there is", async () => {
        const machine = {
            ...definition,
            name: "sip-1",
            uuid: "u",
            description: "",
            consoleLog: "/log",
            credentials: {},
        };
        await hypervisor.define(machine);
        expect(mockCommands.ran).toEqual([
            expect.stringMatching(
                /^virsh --quiet --connect qemu:\/\/\/system define --validate \/.*\/definition\.xml$/,
            ),
        ]);
    });

    it("is started by its name", async () => {
        await hypervisor.start("sip-1");
        expect(mockCommands.ran).toEqual(virsh(here, "start sip-1"));
    });

    it("may have been started by its hypervisor meanwhile, but must run", async () => {
        mockCommands.answer(/ start /, { status: 1, stderr: "Domain is already active" });
        has(["sip-1"], ["sip-1"]);
        await hypervisor.start("sip-1");
        has(["sip-1"], ["sip-10"]);
        await expect(hypervisor.start("sip-1")).rejects.toThrow("Domain is already active");
    });

    it("is to run at all times, or no longer", async () => {
        await hypervisor.setAutostart("sip-1", true);
        await hypervisor.setAutostart("sip-1", false);
        expect(mockCommands.ran).toEqual(virsh(here, "autostart sip-1", "autostart --disable sip-1"));
    });

    it("is cut off only when it runs", async () => {
        has(["sip-1"], []);
        await hypervisor.stop("sip-1");
        has(["sip-1"], ["sip-1"]);
        await hypervisor.stop("sip-1");
        expect(mockCommands.ran).toEqual(virsh(here, "list --name", "list --name", "destroy sip-1"));
    });

    const persistent = (...names: string[]): void =>
        mockCommands.answer(/ list --all --persistent --name$/, names.map((name) => `${name}\n`).join(""));

    it("is cut off and forgotten, and nobody starts it meanwhile", async () => {
        has(["sip-1"], ["sip-1"]);
        persistent("sip-1");
        await hypervisor.remove("sip-1");
        expect(mockCommands.ran).toEqual(
            virsh(
                ...[here, "list --all --persistent --name", "autostart --disable sip-1"],
                ...["list --name", "destroy sip-1", "list --all --name", "undefine sip-1"],
            ),
        );
    });

    it("that is known only while it runs has no such mark", async () => {
        has([], ["sip-1"]);
        persistent();
        await hypervisor.remove("sip-1");
        expect(mockCommands.ran.filter((line) => /autostart|destroy|undefine/.test(line))).toEqual(
            virsh(here, "destroy sip-1"),
        );
    });

    it("that is not there needs nothing to be removed", async () => {
        has(["sip-2"], ["sip-2"]);
        await hypervisor.remove("sip-1");
        expect(mockCommands.ran).toEqual(
            virsh(here, "list --all --persistent --name", "list --name", "list --all --name"),
        );
    });
});
