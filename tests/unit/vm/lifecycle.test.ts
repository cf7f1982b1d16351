import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as saved from "../../../images/saved";
import type { VmDefinition } from "../../../providers/vm/definition";
import { DirectoryStorage } from "../../../providers/vm/directory";
import { createVm, deleteVm, hypervisorOf, markVm, readVm, restartVm } from "../../../providers/vm/lifecycle";
import * as readiness from "../../../providers/vm/readiness";
import * as provide from "../../../providers/vm/saved/provide";
import * as restoring from "../../../providers/vm/saved/restore";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { printed, vmIn } from "./definitions";

/* The life of a VM, with a virsh that is none: it knows what was defined, and whether it runs. */

jest.mock("../../../images/saved");
jest.mock("../../../providers/vm/saved/provide");
jest.mock("../../../providers/vm/saved/restore");
jest.mock("../../../providers/vm/readiness");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

let dir: string;
let definition: VmDefinition;
/** What libvirt prints of the VM; undefined when there is none. */
let domain: string | undefined;
let state: string;
let autostart: boolean;
let said: string[];

const disk = (): string => path.join(dir, "dev", "vms", "sip-1", "disk.qcow2");
const guest = (): saved.SavedGuest =>
    ({ entry: { name: "g" }, memory: { file: "m" }, disk: { file: "d" } }) as saved.SavedGuest;
/** What changed something, without options and directories. */
const changes = (): string[] =>
    mockCommands
        .take()
        .map((line) =>
            line
                .replace(/^virsh --quiet --connect \S+ /, "")
                .replace(/\S*\/(definition\.xml|disk\.qcow2|disk\.raw)/g, "$1"),
        )
        .filter((line) => !/^(list|dumpxml|dominfo|qemu-img info) /.test(line) && line !== "list");

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-life-"));
    definition = vmIn(dir);
    for (const file of [
        definition.disk,
        definition.kernel,
        definition.initrd,
        definition.hostKeyFile,
        definition.sshConfig,
    ]) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, "");
    }
    [domain, state, autostart, said] = [undefined, "shut off", false, []];
    jest.mocked(readiness.knock).mockResolvedValue("sshd");
    mockCommands.reset();
    const names = (isThere: boolean): string => (isThere ? "sip-1\n" : "");
    mockCommands.answer(/ list --all --name$/, () => names(domain !== undefined));
    mockCommands.answer(/ list --name$/, () => names(state === "running"));
    mockCommands.answer(/ list --all --persistent --name$/, () => names(domain !== undefined));
    mockCommands.answer(/ dominfo /, () => `State:  ${state}\nAutostart:  ${autostart ? "enable" : "disable"}\n`);
    mockCommands.answer(/ autostart /, (argv) => {
        autostart = !argv.includes("--disable");
        return "";
    });
    mockCommands.answer(/ dumpxml /, () => domain ?? "");
    mockCommands.answer(/ define /, (argv) => {
        domain = fs.readFileSync(argv.at(-1) ?? "", "utf8");
        return "";
    });
    mockCommands.answer(/ start /, () => ((state = "running"), ""));
    mockCommands.answer(/ destroy /, () => ((state = "shut off"), ""));
    mockCommands.answer(/ undefine /, () => ((domain = undefined), ""));
    mockCommands.answer(/^qemu-img info /, '{"virtual-size": 1024}');
    mockCommands.answer(/^qemu-img create /, (argv) => (fs.writeFileSync(argv.at(-2) ?? "", ""), ""));
    jest.mocked(provide.provideSavedGuest).mockResolvedValue({ none: "nothing was saved" });
    jest.spyOn(console, "error").mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
    jest.restoreAllMocks();
    jest.resetAllMocks();
    fs.rmSync(dir, { recursive: true });
});

const boots = [
    "qemu-img create -q -f qcow2 -F raw -b disk.raw disk.qcow2 20G",
    "define --validate definition.xml",
    "start sip-1",
];
const [runsOn, mayEnd] = ["autostart sip-1", "autostart --disable sip-1"];

describe("a VM that is made", () => {
    it("gets a disk, is defined, started and waited for, and from then on runs at all times", async () => {
        jest.mocked(readiness.waitForSsh).mockImplementation(async () => expect(autostart).toBe(false));
        const { uuid, sshSeconds } = await createVm(definition);
        expect(changes()).toEqual([...boots, runsOn]);
        expect(domain).toContain(`<uuid>${uuid}</uuid>`);
        expect(domain).not.toContain("holds data");
        expect(sshSeconds).toBeLessThan(60);
        const [[asked, deadlineMs]] = jest.mocked(readiness.waitForSsh).mock.calls;
        expect(asked).toMatchObject({ host: "sip-1", address: "192.168.64.10", sshConfig: definition.sshConfig });
        expect(deadlineMs).toBe(300_000);
        expect(said).toEqual([
            "sip-1 boots: nothing was saved",
            "sip-1 starts",
            expect.stringMatching(/^sip-1 answers ssh after [0-9.]+ s$/),
        ]);
    });

    it("is not waited for where nobody wants to log in", async () => {
        await createVm({ ...definition, ready: "running" });
        expect(readiness.waitForSsh).not.toHaveBeenCalled();
        expect(said).toEqual(["sip-1 boots: nothing was saved"]);
    });

    it("is marked when it holds data, as soon as it is ready", async () => {
        await createVm({ ...definition, holdsData: true });
        expect(changes()).toEqual([...boots, "define --validate definition.xml", runsOn]);
        expect(domain).toContain("<description>voip-stack: its disk holds data</description>");
    });

    it("takes the place of what an earlier attempt left", async () => {
        domain = printed(definition, disk());
        state = "running";
        await createVm(definition);
        expect(changes()).toEqual([mayEnd, "destroy sip-1", "undefine sip-1", ...boots, runsOn]);
        expect(readiness.dropConnection).toHaveBeenCalledWith({ host: "sip-1", sshConfig: definition.sshConfig });
    });

    it("leaves nothing when it does not start", async () => {
        jest.mocked(readiness.waitForSsh).mockRejectedValue(new Error("no answer"));
        await expect(createVm(definition)).rejects.toThrow("no answer");
        expect([domain, state, fs.existsSync(path.dirname(disk()))]).toEqual([undefined, "shut off", false]);
    });

    it("is said to be left half made, when it can't be removed either", async () => {
        jest.mocked(readiness.waitForSsh).mockRejectedValue(new Error("no answer"));
        mockCommands.answer(/ destroy /, { status: 1, stderr: "libvirtd is gone" });
        await expect(createVm(definition)).rejects.toThrow("no answer");
        expect(said.at(-1)).toMatch(/^sip-1 is left half made: .*libvirtd is gone/s);
    });

    it("goes on from a saved memory, on its disk", async () => {
        jest.mocked(provide.provideSavedGuest).mockResolvedValue(guest());
        const take = jest.spyOn(DirectoryStorage.prototype, "takeDisk").mockResolvedValue();
        jest.mocked(restoring.restore).mockImplementation(async () => expect(domain).not.toContain("holds data"));
        const { uuid } = await createVm({ ...definition, holdsData: true });
        expect(changes()).toEqual(["define --validate definition.xml", "define --validate definition.xml", runsOn]);
        expect(domain).toContain("holds data");
        expect(take).toHaveBeenCalledWith(guest().disk);
        const [[uri, machine, memory, fifo]] = jest.mocked(restoring.restore).mock.calls;
        expect([uri, memory, fifo]).toEqual([
            definition.uri,
            guest().memory,
            path.join(path.dirname(disk()), "memory"),
        ]);
        expect(machine).toMatchObject({ name: "sip-1", uuid, description: "", disk: disk(), generation: { id: uuid } });
        expect(jest.mocked(readiness.waitForSsh).mock.calls[0][1]).toBe(60_000);
        expect(said[0]).toBe("sip-1 goes on from a saved memory");
    });

    it.each([
        ["that is refused, which is not kept", true],
        ["that does not answer then, which is kept", false],
    ])("boots instead of going on from a memory %s", async (_, isRefused) => {
        jest.mocked(provide.provideSavedGuest).mockResolvedValue(guest());
        jest.spyOn(DirectoryStorage.prototype, "takeDisk").mockResolvedValue();
        const failing = isRefused ? jest.mocked(restoring.restore) : jest.mocked(readiness.waitForSsh);
        failing.mockRejectedValueOnce(new Error("no such device"));
        await createVm(definition);
        expect(changes()).toEqual(["define --validate definition.xml", mayEnd, "undefine sip-1", ...boots, runsOn]);
        expect(said).toContain("sip-1 boots, as it could not go on from its saved memory: no such device");
        expect(jest.mocked(saved.removeSavedGuest).mock.calls).toEqual(isRefused ? [[guest().entry]] : []);
    });
});

describe("a VM is not made", () => {
    it.each(["disk", "kernel", "initrd", "hostKeyFile"] as const)("without its %s", async (file) => {
        fs.rmSync(definition[file]);
        await expect(createVm(definition)).rejects.toThrow(`sip-1: ${definition[file]} is not there`);
        expect(mockCommands.ran).toEqual([]);
    });

    it("on another machine without a storage pool", async () => {
        const uri = "qemu+ssh://root@host/system";
        await expect(createVm({ ...definition, uri })).rejects.toThrow(
            `sip-1: on ${uri}, which is another machine, a VM's files need a storage pool`,
        );
        expect(mockCommands.ran).toEqual([]);
    });

    it("where one of its name was not made here", async () => {
        domain = printed(definition, "/srv/other.qcow2");
        await expect(createVm(definition)).rejects.toThrow(
            "qemu:///system has a VM sip-1 that was not made here (its disk is /srv/other.qcow2): rename or remove it",
        );
        expect(changes()).toEqual([]);
    });

    it("in place of one with data of an earlier stack", async () => {
        domain = printed(definition, disk(), { description: "voip-stack: its disk holds data" });
        await expect(createVm(definition)).rejects.toThrow(
            "qemu:///system has a VM sip-1 whose disk holds data: it stayed when its stack was destroyed; save what is needed of " +
                `${disk()}, remove the VM (virsh --connect qemu:///system destroy sip-1; virsh --connect qemu:///system undefine sip-1), ` +
                "then run up again",
        );
        expect(changes()).toEqual([]);
    });
});

describe("a VM is found", () => {
    const made = async (): Promise<void> => {
        await new DirectoryStorage(definition).createDisk();
        domain = printed(definition, disk(), { kernel: definition.kernel });
        [state, autostart] = ["running", true];
    };

    it("as it was made", async () => {
        await made();
        expect(await readVm(definition)).toEqual(definition);
        expect(readiness.forgetGuest).not.toHaveBeenCalled();
    });

    it("with the processors that it has, edited where something else is another", async () => {
        await made();
        domain = printed(definition, disk(), { vcpus: 3 });
        expect(await readVm(definition)).toEqual({ ...definition, vcpus: 3 });
        domain = printed(definition, disk(), { kernel: "/other" });
        expect(await readVm(definition)).toEqual({ ...definition, state: "edited" });
    });

    it("started when it should run at all times, and not where it is no longer to", async () => {
        await made();
        autostart = false;
        expect(await readVm(definition)).toEqual({ ...definition, autostart: false });
    });

    it.each(["nothing", "kernel"] as const)("when it has booted, where %s answers yet", async (found) => {
        await made();
        jest.mocked(readiness.knock).mockResolvedValue(found);
        expect(await readVm(definition)).toEqual(definition);
        expect(readiness.knock).toHaveBeenCalledWith("192.168.64.10");
        expect(
            jest.mocked(readiness.waitForSsh).mock.calls.map(([{ host }, deadlineMs]) => [host, deadlineMs]),
        ).toEqual([["sip-1", 300_000]]);
        jest.mocked(readiness.waitForSsh).mockRejectedValue(new Error("no answer"));
        expect(await readVm(definition)).toEqual(definition);
        expect(said).toEqual(["no answer"]);
    });

    it("at once where it answers, or where nobody logs in", async () => {
        await made();
        await readVm(definition);
        jest.mocked(readiness.knock).mockResolvedValue("nothing");
        await readVm({ ...definition, ready: "running" });
        expect(readiness.waitForSsh).not.toHaveBeenCalled();
    });

    it("without its disk", async () => {
        await made();
        fs.rmSync(disk());
        expect(await readVm(definition)).toMatchObject({ disk: "deleted", state: "running" });
    });

    it("shut off, and the way to it is forgotten, where there is one", async () => {
        await made();
        state = "shut off";
        expect(await readVm(definition)).toMatchObject({ state: "shut off" });
        expect(readiness.forgetGuest).toHaveBeenCalledWith(
            { host: "sip-1", sshConfig: definition.sshConfig },
            "192.168.64.10",
        );
        jest.mocked(readiness.forgetGuest).mockClear();
        await readVm({ ...definition, ready: "running" });
        fs.rmSync(definition.sshConfig);
        await readVm(definition);
        expect(readiness.forgetGuest).not.toHaveBeenCalled();
    });

    it("undefined where only its disk is there, and not at all without", async () => {
        await made();
        domain = undefined;
        expect(await readVm(definition)).toEqual({ ...definition, state: "undefined" });
        fs.rmSync(disk());
        expect(await readVm(definition)).toBeUndefined();
    });
});

describe("a VM that is restarted", () => {
    beforeEach(() => {
        domain = printed(definition, disk());
        [state, autostart] = ["running", true];
    });
    const off =
        "ssh -F CONFIG -o BatchMode=yes sip-1 -- sudo systemctl start --no-block --job-mode=replace-irreversibly poweroff.target";
    const ran = (): string[] => changes().map((line) => line.replace(definition.sshConfig, "CONFIG"));
    const grows = ["qemu-img resize -q -f qcow2 disk.qcow2 20G", "define --validate definition.xml", "start sip-1"];

    it("powers off by itself, and keeps its disk and its identity", async () => {
        mockCommands.answer(/poweroff/, () => {
            expect(autostart).toBe(false); // the lab would start it again
            state = "shut off";
            return "";
        });
        const { uuid } = await restartVm({ ...definition, holdsData: true }, "uuid-before");
        expect(uuid).toBe("6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d");
        expect(ran()).toEqual([mayEnd, off, ...grows, runsOn]);
        expect(domain).toContain("its disk holds data");
        expect(mockCommands.given.find(({ timeoutMs }) => timeoutMs === 30_000)).toBeDefined();
        expect(readiness.dropConnection).toHaveBeenCalledTimes(1);
        expect(jest.mocked(readiness.waitForSsh).mock.calls[0][1]).toBe(300_000);
    });

    it("is cut off when it does not answer", async () => {
        mockCommands.answer(/poweroff/, { status: 255, stderr: "No route to host" });
        await restartVm(definition, "uuid-before");
        expect(ran()).toEqual([mayEnd, off, "destroy sip-1", ...grows, runsOn]);
        expect(said[0]).toMatch(/^sip-1 is cut off: .*No route to host/s);
    });

    it("is cut off at once when nobody logs in there", async () => {
        await restartVm({ ...definition, ready: "running" }, "uuid-before");
        expect(ran()).toEqual([mayEnd, "destroy sip-1", ...grows, runsOn]);
    });

    it("is made known again when it was undefined", async () => {
        [domain, state] = [undefined, "shut off"];
        expect((await restartVm(definition, "uuid-before")).uuid).toBe("uuid-before");
        expect(ran()).toEqual([...grows, runsOn]);
        expect(domain).toContain("<uuid>uuid-before</uuid>");
    });

    it("is only defined anew to say that it holds data, and that it runs at all times", async () => {
        await markVm({ ...definition, holdsData: true }, "uuid-1");
        expect(ran()).toEqual(["define --validate definition.xml", runsOn]);
        expect(domain).toContain("its disk holds data");
    });
});

describe("a VM that is deleted", () => {
    it("goes with its files, and may be gone", async () => {
        await new DirectoryStorage(definition).createDisk();
        changes();
        [domain, state] = [printed(definition, disk()), "running"];
        await deleteVm(definition);
        expect(changes()).toEqual([mayEnd, "destroy sip-1", "undefine sip-1"]);
        expect(fs.existsSync(path.dirname(disk()))).toBe(false);
        await deleteVm(definition);
        expect(changes()).toEqual([]);
    });

    it("has no connection to drop where there was no way to it", async () => {
        await deleteVm({ ...definition, ready: "running" });
        fs.rmSync(definition.sshConfig);
        await deleteVm(definition);
        expect(readiness.dropConnection).not.toHaveBeenCalled();
    });

    it("has its volumes looked for in its pool", async () => {
        await deleteVm({ ...definition, pool: "voip" });
        expect(changes()).toEqual(["pool-dumpxml voip", "pool-refresh voip", "vol-list voip"].slice(1));
    });

    it("is a VM of libvirt", () => expect(hypervisorOf(definition).constructor.name).toBe("LibvirtHypervisor"));
});
