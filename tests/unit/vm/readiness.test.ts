import type * as net from "node:net";
import type { Hypervisor, VmState, VmStatus } from "../../../providers/vm/hypervisor";
import { dropConnection, forgetGuest, knock, waitForSsh, type Guest } from "../../../providers/vm/readiness";
import type { Storage } from "../../../providers/vm/storage";
import type * as processes from "../../../process/run";
import type * as waiting from "../../../process/wait";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
jest.mock("node:net", () => {
    const { Socket } = jest.requireActual<typeof net>("node:net");
    return { connect: (options: object) => mockConnect(new Socket(), options) };
});
// looks again at once, and as often as the test lets it
jest.mock("../../../process/wait", () => ({
    waitFor: async (what: string, probe: () => unknown, { deadlineMs }: waiting.WaitOptions) => {
        let seen = "nothing";
        for (let look = 0; look < mockLooks.most; look++) {
            try {
                const value = await probe();
                if (value !== undefined) return value;
            } catch (error) {
                seen = (error as Error).message;
            }
        }
        throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${seen}`);
    },
}));
const mockLooks = { most: 1 };
const mockCommands = new Commands();

const sshTrue = "ssh -F /ssh/config -o BatchMode=yes sip-1 -- true";
/** What is at port 22 of the guest, look by look; the last one stays. */
let port: ("open" | "refused" | "silent" | "unreachable")[];
let state: VmState | undefined;
let consoleText: string;
let asked: object[];
let now: number;

const guest = (): Guest => ({
    host: "sip-1",
    sshConfig: "/ssh/config",
    address: "192.168.64.10",
    storage: { console: async () => consoleText } as Partial<Storage> as Storage,
    hypervisor: {
        inspect: async () => (state === undefined ? undefined : ({ state } as VmStatus)),
    } as Partial<Hypervisor> as Hypervisor,
});

function mockConnect(socket: net.Socket, options: object): net.Socket {
    asked.push(options);
    const is = port.length > 1 ? port.shift() : port[0];
    process.nextTick(() => {
        if (is === "open") socket.emit("connect");
        else if (is === "silent") socket.emit("timeout");
        else {
            const code = is === "refused" ? "ECONNREFUSED" : "EHOSTUNREACH";
            socket.emit("error", Object.assign(new Error("no"), { code }));
        }
    });
    return socket;
}

beforeEach(() => {
    mockCommands.reset();
    [port, state, consoleText, asked, now] = [["open"], "running", "", [], Date.now()];
    mockLooks.most = 1;
    jest.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

describe("at a guest's port", () => {
    it.each([
        ["open", "sshd"],
        ["refused", "kernel"],
        ["silent", "nothing"],
        ["unreachable", "nothing"],
    ] as const)("that is %s, %s answers", async (is, found) => {
        port = [is];
        expect(await knock("192.168.64.10")).toBe(found);
    });
});

describe("a guest is ready", () => {
    it("when ssh logs in there", async () => {
        await waitForSsh(guest(), 5000);
        expect(asked).toEqual([{ host: "192.168.64.10", port: 22, timeout: 1000 }]);
        expect(mockCommands.ran).toEqual([sshTrue]);
        expect(mockCommands.given[0].timeoutMs).toBe(60_000);
    });

    it("also where the first look was refused: something is there, and ssh is started", async () => {
        port = ["refused"];
        await waitForSsh(guest(), 5000);
        expect(mockCommands.ran).toEqual([sshTrue]);
    });

    it("after looks at which nobody was there, for which no ssh is started", async () => {
        [port, mockLooks.most] = [["silent", "unreachable", "open"], 3];
        await waitForSsh(guest(), 5000);
        expect(asked).toHaveLength(3);
        expect(mockCommands.ran).toEqual([sshTrue]);
    });

    it("after logins that were refused; the port is not looked at again", async () => {
        mockLooks.most = 2;
        mockCommands.answer(/^ssh /, () => ({
            status: mockCommands.ran.length < 2 ? 255 : 0,
            stderr: "ssh: connect to host 192.168.64.10 port 22: Connection refused",
        }));
        await waitForSsh(guest(), 5000);
        expect([asked.length, mockCommands.ran.length]).toEqual([1, 2]);
    });
});

describe("a guest is given up", () => {
    it("at the deadline, with what was seen and the end of its console", async () => {
        consoleText = `\r\n${Array.from({ length: 25 }, (_, line) => `line ${line + 1}\r`).join("\n")}\n\n`;
        mockCommands.answer(/^ssh /, { status: 255, stderr: "Host key verification failed.\n" });
        const lines = Array.from({ length: 20 }, (_, line) => `line ${line + 6}`);
        await expect(waitForSsh(guest(), 5000)).rejects.toThrow(
            new Error(
                "waited 5000 ms for sip-1 to answer ssh at 192.168.64.10; last seen: Host key verification failed.\n" +
                    `last lines of its console:\n${lines.join("\n")}`,
            ),
        );
    });

    it("at the deadline, when it wrote nothing", async () => {
        mockCommands.answer(/^ssh /, { status: 255, stderr: "Connection refused" });
        await expect(waitForSsh(guest(), 5000)).rejects.toThrow(
            /; last seen: nothing\nlast lines of its console:\n\(nothing\)$/,
        );
    });

    const lookLate = async (ms: number): Promise<void> => {
        port = ["silent"];
        let first = true;
        jest.spyOn(Date, "now").mockImplementation(() => {
            const at = first ? now : now + ms;
            first = false;
            return at;
        });
        await waitForSsh(guest(), 5000);
    };

    it.each([
        ["shut off", "sip-1 is shut off instead of starting"],
        ["crashed", "sip-1 is crashed instead of starting"],
        [undefined, "sip-1 is gone instead of starting"],
    ] as const)("when its VM is %s", async (is, reason) => {
        state = is;
        await expect(lookLate(2001)).rejects.toThrow(new RegExp(`^${reason}\nlast lines`));
    });

    it.each([
        ["Kernel panic - not syncing: VFS\nmore", "Kernel panic - not syncing: VFS"],
        ["You are in emergency mode. After", "You are in emergency mode"],
        ["Failed to start voip-thaw.service - x", "Failed to start voip-thaw.service"],
    ])("when its console says %j", async (text, reason) => {
        consoleText = `boot\n${text}\n`;
        await expect(lookLate(2001)).rejects.toThrow(new RegExp(`^sip-1 does not start: ${reason}\nlast lines`));
    });

    it("not before two seconds are over, and not for another service that failed", async () => {
        state = "shut off";
        await expect(lookLate(2000)).rejects.toThrow(/^waited/);
        [state, consoleText] = ["running", "Failed to start apt-daily.service"];
        await expect(lookLate(2001)).rejects.toThrow(/^waited/);
    });
});

describe("the kept connection to a guest", () => {
    const exit = "ssh -F /ssh/config -O exit sip-1";
    const target = { sshConfig: "/ssh/config", host: "sip-1" };

    it("is ended, where there is one", async () => {
        mockCommands.answer(/^ssh /, { status: 255 });
        await dropConnection(target);
        expect(mockCommands.ran).toEqual([exit]);
        mockCommands.answer(/^ssh /, { status: 1 });
        await expect(dropConnection(target)).rejects.toThrow("exit status 1");
    });

    it("goes with the way to a guest that is off, as far as may be", async () => {
        mockCommands.answer(/^ip /, { status: 2, stderr: "Operation not permitted" });
        await forgetGuest(target, "192.168.64.10");
        expect(mockCommands.ran).toEqual([exit, "ip neigh flush to 192.168.64.10"]);
    });
});
