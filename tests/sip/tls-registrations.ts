import { spawn, type ChildProcess } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { nodeArgv } from "../../process/node";
import type { TlsPhone } from "./tls-registration";

export interface HeldRegistrations {
    /** Serial numbers of the certificates that the connections were opened with. */
    serials: string[];
    /** Connections that ended. */
    closed: number;
    /** Registrations that were not accepted when they were last repeated. */
    failures: string[];
}

/** Phones of their own process that hold TLS connections to the proxy. */
export class TlsRegistrations {
    private said = "";
    private readonly ended: Promise<unknown>;

    private constructor(
        private readonly child: ChildProcess,
        private readonly lines: Interface,
    ) {
        this.ended = new Promise((resolve) => child.once("close", resolve));
        child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (this.said += chunk));
    }

    /** @param enter command line that enters the phones' network. @throws Error when one of them can't register */
    static async open(enter: string[], phones: TlsPhone[]): Promise<TlsRegistrations> {
        const argv = [...enter, ...nodeArgv("tests/sip/tls-registrations-main.ts")];
        const child = spawn(argv[0], argv.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
        const registrations = new TlsRegistrations(child, createInterface({ input: child.stdout }));
        await registrations.ask(JSON.stringify(phones));
        return registrations;
    }

    /** Has every phone register again over its connection. */
    check(): Promise<HeldRegistrations> {
        return this.ask("check");
    }

    /** May be called again. */
    async close(): Promise<void> {
        this.child.stdin?.end();
        await this.ended;
    }

    private ask(line: string): Promise<HeldRegistrations> {
        return new Promise((resolve, reject) => {
            const end = () => reject(new Error(`the TLS phones ended: ${this.said.trim()}`));
            this.child.once("close", end);
            this.lines.once("line", (answer) => {
                this.child.removeListener("close", end);
                resolve(JSON.parse(answer) as HeldRegistrations);
            });
            this.child.stdin?.write(`${line}\n`);
        });
    }
}
