import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { GuestConsole } from "../../../providers/vm/saved/console";

let dir: string;
let server: net.Server;
let guest: net.Socket;
let typed: string;
let serial: GuestConsole;

beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-console-"));
    typed = "";
    const socket = path.join(dir, "console");
    server = net.createServer();
    const connection = new Promise<net.Socket>((resolve) => server.once("connection", resolve));
    const connecting = GuestConsole.connect(socket, 60_000); // before there is anything at the socket
    server.listen(socket);
    [serial, guest] = [await connecting, await connection];
    guest.on("data", (chunk: Buffer) => (typed += chunk.toString()));
});
afterEach(async () => {
    serial.close();
    await new Promise((closed) => server.close(closed));
    fs.rmSync(dir, { recursive: true });
});

describe("the console of a guest", () => {
    it("is typed at when the shell asks, whatever colours it asks in", async () => {
        const asked = serial.type("boot\n", 60_000);
        guest.write("[    1.0] Linux\r\n\u001b[1mroot@(none):/\u001b[0m#\u001b[0m ");
        await asked;
        await new Promise((seen) => (typed ? seen(undefined) : guest.once("data", seen)));
        expect(typed).toBe("boot\n");
    });

    it("is waited at for what the guest is to write, in whatever pieces it comes", async () => {
        const seen = serial.seen("end of its boot", "voip-thaw waits", 60_000);
        guest.write("voip-th");
        guest.write("aw waits\r\n");
        await seen;
    });

    it("tells that the guest ended, with the last ten lines", async () => {
        guest.end(Array.from({ length: 12 }, (_, line) => `line ${line + 1}\r\n`).join(""));
        const lines = Array.from({ length: 10 }, (_, line) => `line ${line + 3}`).join("\n");
        await expect(serial.seen("end of its boot", "waits", 60_000)).rejects.toThrow(
            new Error(`no end of its boot: the guest ended\n${lines}`),
        );
    });

    it("tells that a service of the guest failed", async () => {
        guest.write("[FAILED] Failed to start x\r\n");
        await expect(serial.seen("end of its boot", "waits", 60_000)).rejects.toThrow(
            "no end of its boot: the guest failed\n[FAILED] Failed to start x",
        );
    });

    it("does not wait for a guest whose kernel has given up", async () => {
        guest.write("Kernel panic - not syncing: no root\r\n");
        await expect(serial.type("boot\n", 60_000)).rejects.toThrow(
            /^no shell on the console: Kernel panic - not syncing: no root\n/,
        );
    });

    it("tells at the deadline that nothing was seen", async () => {
        await expect(serial.seen("end of its boot", "waits", 0)).rejects.toThrow(
            /^no end of its boot: waited 0 s for end of its boot; last seen: nothing\n/,
        );
    });
});
