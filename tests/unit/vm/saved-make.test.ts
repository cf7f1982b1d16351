import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as saved from "../../../images/saved";
import * as disk from "../../../providers/vm/disk";
import { GuestConsole } from "../../../providers/vm/saved/console";
import { savedMachine, saveGuest } from "../../../providers/vm/saved/make";
import { saveFileHead } from "../../../providers/vm/saved/save-file";
import * as transient from "../../../providers/vm/saved/transient";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { vmIn } from "./definitions";

jest.mock("../../../images/saved", () => ({
    ...jest.requireActual<typeof saved>("../../../images/saved"),
    bootCommands: async () => "boot\n",
}));
jest.mock("../../../providers/vm/disk");
jest.mock("../../../providers/vm/saved/transient");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

let dir: string;
let draft: saved.Draft;
/** What is done with the guest's console, in order. */
let done: unknown[][];
const definition = vmIn("/data");
const head = saveFileHead("<domain/>");

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-make-"));
    draft = { disk: path.join(dir, "disk.qcow2"), memory: path.join(dir, "memory") };
    done = [];
    mockCommands.reset();
    mockCommands.answer(/ save /, () => {
        done.push(["save"]);
        fs.writeFileSync(draft.memory, Buffer.concat([head, Buffer.from("stream")]));
        return "";
    });
    jest.spyOn(GuestConsole, "connect").mockImplementation(async (...given) => {
        done.push(["connect", ...given]);
        const note =
            (what: string) =>
            async (...args: unknown[]) =>
                void done.push([what, ...args]);
        return { type: note("type"), seen: note("seen"), close: () => done.push(["close"]) } as unknown as GuestConsole;
    });
    jest.mocked(transient.withTransientVm).mockImplementation(async (_uri, _name, _xml, _dir, work) =>
        work(new Promise<never>(() => undefined)),
    );
});
afterEach(() => {
    jest.restoreAllMocks();
    jest.resetAllMocks();
    fs.rmSync(dir, { recursive: true });
});

describe("a guest that is to be saved", () => {
    it("is the one that is defined, without what makes it one of its own", () => {
        const passing = { name: "g", uuid: "u", disk: "/d", consoleSocket: "/s" };
        const { vcpus, memoryMiB, kernel, initrd, nics } = definition;
        expect(savedMachine(definition, passing)).toEqual({
            ...{ name: "g", uuid: "u", disk: "/d", description: "", vcpus, memoryMiB, kernel, initrd },
            cmdline: "root=/dev/vda init=/bin/bash",
            nics: [
                { ...nics[0], mac: "52:54:00:00:00:00" },
                { ...nics[1], mac: "52:54:00:00:00:01" },
            ],
            consoleLog: "",
            credentials: {},
            generation: { id: "u", consoleSocket: "/s" },
        });
    });

    it("boots from a disk of its own, and is saved when it waits", async () => {
        expect(await saveGuest(definition, "g", draft, dir)).toBe(head.length);
        expect(disk.createOverlay).toHaveBeenCalledWith(draft.disk, definition.disk, 20);
        const [[uri, name, xml, vmDir]] = jest.mocked(transient.withTransientVm).mock.calls;
        expect([uri, name]).toEqual([definition.uri, "g"]);
        expect(xml).toContain("<name>g</name>");
        expect(xml).toContain("type='qemu'");
        expect(xml).toContain(`path='${vmDir}/console'`);
        expect(done).toEqual([
            ["connect", `${vmDir}/console`, 60_000],
            ["type", "boot\n", 300_000],
            ["seen", "end of its boot", "voip-thaw waits", 300_000],
            ["save"],
            ["close"],
        ]);
        expect(mockCommands.ran).toEqual([`virsh --quiet --connect ${definition.uri} save g ${draft.memory}`]);
        expect(mockCommands.given[0].timeoutMs).toBe(120_000);
        expect(fs.existsSync(vmDir)).toBe(false);
    });

    it("is given up when its VM can't be started", async () => {
        jest.mocked(transient.withTransientVm).mockImplementation(async (_uri, _name, _xml, _dir, work) =>
            work(Promise.reject(new Error("no such device"))),
        );
        await expect(saveGuest(definition, "g", draft, dir)).rejects.toThrow("no such device");
        expect(fs.existsSync(jest.mocked(transient.withTransientVm).mock.calls[0][3])).toBe(false);
    });

    it("has its console closed when it can't be saved", async () => {
        mockCommands.answer(/ save /, { status: 1, stderr: "disk full" });
        await expect(saveGuest(definition, "g", draft, dir)).rejects.toThrow("disk full");
        expect(done.at(-1)).toEqual(["close"]);
    });
});
