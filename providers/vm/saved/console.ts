import * as net from "node:net";
import { stripVTControlCharacters } from "node:util";
import { waitFor } from "../../../process/wait";
import { troubleIn } from "../trouble";

/** The prompt of a root shell. */
const prompt = "# ";

/** systemd's message that something did not start; it prints nothing else on a quiet console. */
const failure = "[FAILED]";

/** The serial console of a guest, by its socket. */
export class GuestConsole {
    private text = "";

    private constructor(private readonly socket: net.Socket) {
        socket.setEncoding("utf8");
        socket.on("data", (chunk: string) => (this.text += stripVTControlCharacters(chunk)));
        socket.on("error", () => undefined); // the guest ended; readers that wait for its text notice
    }

    /** Connects as soon as the hypervisor has made the socket. */
    static async connect(path: string, deadlineMs: number): Promise<GuestConsole> {
        const socket = await waitFor(`the console ${path}`, () => connected(path), { deadlineMs, intervalMs: 20 });
        return new GuestConsole(socket);
    }

    /** Types into the shell that runs in place of init, once it prompts. */
    async type(commands: string, deadlineMs: number): Promise<void> {
        await this.seen("shell on the console", prompt, deadlineMs);
        this.socket.write(commands);
    }

    /** Waits until the guest has written this. @throws Error with its last output, at the deadline or when it has ended. */
    async seen(what: string, expected: string, deadlineMs: number): Promise<void> {
        const outcome = await waitFor(
            what,
            () => {
                if (this.text.includes(expected)) return "seen";
                if (this.socket.closed) return "the guest ended";
                return this.text.includes(failure) ? "the guest failed" : troubleIn(this.text);
            },
            { deadlineMs, intervalMs: 50 },
        ).catch((error: Error) => error.message);
        if (outcome === "seen") return;
        const tail = this.text.replaceAll("\r", "").trim().split("\n").slice(-10).join("\n");
        throw new Error(`no ${what}: ${outcome}\n${tail}`);
    }

    close(): void {
        this.socket.destroy();
    }
}

function connected(path: string): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        const socket = net.connect(path);
        socket.once("connect", () => resolve(socket)).once("error", reject);
    });
}
