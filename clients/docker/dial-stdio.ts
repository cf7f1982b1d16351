import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Duplex } from "node:stream";
import { UnreachableError } from "../unreachable";

/** Milliseconds that an unused connection is kept. A later use would notice late that a VM was stopped meanwhile. */
const IDLE_MS = 10_000;

/**
 * One connection to a Docker daemon through the standard input and output of a command such as
 * `ssh host docker system dial-stdio`. When the command fails, the stream is destroyed with the command's last output.
 */
export class DialStdio extends Duplex {
    private readonly child: ChildProcessWithoutNullStreams;
    private said = "";
    private idle?: NodeJS.Timeout;

    constructor(argv: readonly string[], host: string) {
        super({ allowHalfOpen: false });
        // In its own process group: an interrupt at the terminal must not cut off a step in progress.
        this.child = spawn(argv[0], argv.slice(1), { stdio: "pipe", detached: true });
        this.child.stdout.on("data", (chunk: Buffer) => {
            if (!this.push(chunk)) this.child.stdout.pause();
        });
        this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
            this.said = (this.said + text).slice(-1000);
        });
        this.child.stdin.on("error", () => undefined); // the end of the command shows why it no longer reads
        this.child.on("error", (error) => this.destroy(new UnreachableError(`${argv[0]}: ${error.message}`)));
        this.child.on("close", (status, signal) => {
            const reason = this.said.trim() || (signal ? `killed by ${signal}` : `exit status ${status}`);
            if (status === 0) this.push(null);
            else this.destroy(new UnreachableError(`no connection to Docker on ${host} through ${argv[0]}: ${reason}`));
        });
    }

    override _read(): void {
        this.child.stdout.resume();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        this.child.stdin.write(chunk, () => done());
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        clearTimeout(this.idle);
        this.child.kill();
        done(error);
    }

    // Methods that node:http's Agent calls on a connection that it keeps between two requests, and when it uses it again. A
    // connection costs seconds if the host is emulated, so it is kept, but not for long.

    unref(): void {
        this.idle = setTimeout(() => this.destroy(), IDLE_MS);
    }

    ref(): void {
        clearTimeout(this.idle);
    }

    setKeepAlive(): this {
        return this; // the command maintains its own connection
    }

    setTimeout(): this {
        return this; // requests have their deadlines by signal
    }
}
