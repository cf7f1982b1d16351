import { Agent, type RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import { DialStdio } from "./dial-stdio";

/** How HTTP requests reach a Docker daemon. */
export interface Daemon {
    /** As given, for error messages. */
    host: string;
    agent: Agent;
    /** The daemon's socket, if it is on this machine. */
    socketPath?: string;
}

class DialStdioAgent extends Agent {
    constructor(
        private readonly argv: readonly string[],
        private readonly host: string,
    ) {
        super({ keepAlive: true, maxSockets: 4 });
    }

    createConnection(): Duplex {
        return new DialStdio(this.argv, this.host);
    }
}

/**
 * The command line that reaches the daemon on `url`'s host, composed like the docker command's for DOCKER_HOST=ssh://. Of two
 * contradicting ssh options the first counts, so `sshOpts` prevail.
 */
export function sshArgv(url: URL, sshOpts: readonly string[]): string[] {
    const ours = ["BatchMode=yes", "ConnectTimeout=30", "ServerAliveInterval=10"].flatMap((option) => ["-o", option]);
    const argv = ["ssh", ...sshOpts, ...ours, "-T"];
    if (url.username) argv.push("-l", decodeURIComponent(url.username));
    if (url.port) argv.push("-p", url.port);
    argv.push("--", url.hostname, "docker");
    if (url.pathname.length > 1) argv.push("--host", `unix://${url.pathname}`);
    return [...argv, "system", "dial-stdio"];
}

/**
 * Parses the provider's `host`: `unix:///path/to/socket` or `ssh://[user@]host[:port]`, where host may be an alias of the ssh
 * configuration.
 * @throws Error for any other.
 */
export function daemonAt(host: string, sshOpts: readonly string[]): Daemon {
    const url = URL.canParse(host) ? new URL(host) : undefined;
    if (url?.protocol === "unix:" && url.pathname.length > 1 && !url.hostname) {
        return { host, agent: new Agent({ keepAlive: true, maxSockets: 4 }), socketPath: url.pathname };
    }
    if (url?.protocol === "ssh:" && url.hostname && !url.password) {
        return { host, agent: new DialStdioAgent(sshArgv(url, sshOpts), url.hostname) };
    }
    throw new Error(`host is "${host}", must be unix:///path/to/socket or ssh://[user@]host[:port]`);
}

/** Request options for this daemon. */
export const requestTo = (daemon: Daemon): RequestOptions => ({
    agent: daemon.agent,
    socketPath: daemon.socketPath,
    host: "docker",
});
