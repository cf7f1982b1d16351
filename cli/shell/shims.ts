import * as fs from "node:fs";
import * as path from "node:path";
import { shellWord } from "../../clients/ssh";
import { nodeArgv } from "../../process/node";
import { onPath } from "../../process/on-path";

/** `ssh sip-1` in the shell: the user's own client with the lab's configuration. */
const sshShim = (client: string, sshConfig: string): string =>
    `exec ${shellWord(client)} -F ${shellWord(sshConfig)} "$@"`;

/** The CLI replaces the shim's process, so signals and the exit status are its own. */
const pulumiShim = (cli: string): string =>
    [
        `more=$(${nodeArgv("cli/shell/pulumi-main.ts").map(shellWord).join(" ")} "$@") || exit`,
        `eval "set -- \\"\\$@\\" $more"`,
        `exec ${shellWord(cli)} "$@"`,
    ].join("\n");

/** Writes the commands into `dir` that differ in the shell from those outside; `pulumi` is the official CLI, if there is one. */
export function writeShims(dir: string, { sshConfig, pulumi }: { sshConfig: string; pulumi?: string }): void {
    const shim = (name: string, script: string): void =>
        fs.writeFileSync(path.join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    for (const name of ["ssh", "scp", "sftp"]) {
        const client = onPath(name);
        if (client) shim(name, sshShim(client, sshConfig));
    }
    if (pulumi) shim("pulumi", pulumiShim(pulumi));
}
