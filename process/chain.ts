import { spawn, type ChildProcess } from "node:child_process";
import { pipeline } from "node:stream";
import { CommandError } from "./run";

/** A command of a chain. */
export interface Link {
    argv: readonly string[];
    /** Exit statuses that are no failures; [0] by default. */
    okStatus?: number[];
}

export interface ChainOptions {
    /** Written to the first command's standard input, which is then closed; without it, that is empty. */
    input?: string;
    /** Kills all commands when it is aborted. */
    signal?: AbortSignal;
}

interface End {
    link: Link;
    status: number;
    killedBy: string | null;
    said: string;
}

/** A command that lost its reader is not what went wrong. Node's pipes are sockets: a write to a closed one may be reset. */
const isBrokenPipe = ({ killedBy, said }: End): boolean =>
    killedBy === "SIGPIPE" || /broken pipe|connection reset/i.test(said);

/**
 * Runs commands without a shell, each with the output of the one before as its input, and waits for the end of all.
 * @returns the standard output of the last
 * @throws CommandError of the command that failed; of several, of the first that did not just lose its reader
 */
export async function chain(links: readonly Link[], { input = "", signal }: ChainOptions = {}): Promise<string> {
    const children: ChildProcess[] = [];
    const ends: Promise<End>[] = [];
    const last: string[] = [];
    for (const [place, link] of links.entries()) {
        const child = spawn(link.argv[0], link.argv.slice(1), { stdio: "pipe", signal, killSignal: "SIGKILL" });
        const end: End = { link, status: -1, killedBy: null, said: "" };
        child.stderr.setEncoding("utf8").on("data", (text: string) => (end.said = (end.said + text).slice(-4000)));
        child.stdin.on("error", () => undefined); // a command may end without reading all of its input
        if (place === 0) child.stdin.end(input);
        else pipeline(children[place - 1].stdout!, child.stdin, () => undefined); // the statuses say what failed
        if (place === links.length - 1) child.stdout.setEncoding("utf8").on("data", (text: string) => last.push(text));
        ends.push(
            new Promise((resolve) => {
                child.on("error", (error: NodeJS.ErrnoException) => {
                    const reason = error.code === "ENOENT" ? "command not found" : error.message;
                    resolve({ ...end, said: error.name === "AbortError" ? "interrupted" : reason });
                    child.stdin.destroy();
                });
                child.on("close", (status, killedBy) => resolve({ ...end, status: status ?? -1, killedBy }));
            }),
        );
        children.push(child);
    }
    const failed = (await Promise.all(ends)).filter(({ link, status }) => !(link.okStatus ?? [0]).includes(status));
    const cause = failed.find((end) => !isBrokenPipe(end)) ?? failed[0];
    if (!cause) return last.join("");
    const { link, status, killedBy, said } = cause;
    const reason = status >= 0 ? `exit status ${status}` : killedBy ? `killed by ${killedBy}` : said;
    throw new CommandError(link.argv, { stdout: "", stderr: reason === said ? "" : said, status }, reason);
}
