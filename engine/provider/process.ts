import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { end, exitStatus, lines, start, type Child } from "../children";

/** A running plugin, reached at `address`. */
export interface PluginProcess {
    address: string;
    stop: () => void;
}

/**
 * Starts a plugin, which prints the port that it listens on in its first line of output; all later lines, and its standard
 * error, go to `onLine`.
 * @param name as in "the NAME ended with exit status 1"
 * @throws Error if it ends before it has printed the port, or has not printed it after `deadlineMs`.
 */
export function startPlugin(
    name: string,
    argv: readonly string[],
    options: { env: NodeJS.ProcessEnv; cwd: string },
    onLine: (line: string) => void,
    deadlineMs = 60_000,
): Promise<PluginProcess> {
    const child: Child = start(argv, options);
    return new Promise((resolve, reject) => {
        let listening = false;
        let said = "";
        const fail = (what: string): void => reject(new Error(`the ${name} ${what}${said && `: ${said}`}`));
        const timer = setTimeout(() => {
            fail(`has not said within ${deadlineMs / 1000} s where it listens`);
            end(child);
        }, deadlineMs);
        lines(child.stderr, (line) => {
            said = line;
            onLine(line);
        });
        lines(child.stdout, (line) => {
            if (listening) return onLine(line);
            const port = /^\s*(\d{1,5})\s*$/.exec(line)?.[1];
            if (!port) return onLine(line);
            listening = true;
            clearTimeout(timer);
            resolve({ address: `127.0.0.1:${port}`, stop: () => end(child) });
        });
        void exitStatus(child).then((status) => {
            clearTimeout(timer);
            fail(`ended with exit status ${status} before it was ready`);
        });
    });
}

/** The official plugin's binary, if exactly this version is installed. */
export function installedPlugin(
    name: string,
    version: string,
    env: NodeJS.ProcessEnv = process.env,
): string | undefined {
    const home = env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");
    const binary = path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
    return fs.existsSync(binary) ? binary : undefined;
}
