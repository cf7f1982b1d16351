import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { enterLab, labState } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { onPath } from "../../process/on-path";
import { checkLabOwner } from "../engine/owner";
import { Failure, type Result } from "../result";

/** `ssh sip-1` in the shell: the user's own client with the lab's configuration. */
const sshShim = (client: string, sshConfig: string): string => `#!/bin/sh\nexec '${client}' -F '${sshConfig}' "$@"\n`;

/**
 * Runs a command, or an interactive shell, in the lab's network, where the user was. Sets the exit status to the command's.
 * @throws Failure when the stack has no lab.
 */
export async function shell(stack: string, command: string[]): Promise<Result> {
    await checkLabOwner(stack);
    const { netns } = await labState(stack);
    if (!netns) throw new Failure(`stack ${stack} has no lab to enter: run ./voip up --stack ${stack}`);
    const { sshConfig, libvirtUri } = stackPaths(stack);
    const shims = fs.mkdtempSync(path.join(os.tmpdir(), "voip-shell-"));
    try {
        for (const name of ["ssh", "scp", "sftp"]) {
            const client = onPath(name);
            if (client) fs.writeFileSync(path.join(shims, name), sshShim(client, sshConfig), { mode: 0o755 });
        }
        const env = {
            ...process.env,
            PATH: `${shims}:${process.env.PATH}`,
            LIBVIRT_DEFAULT_URI: libvirtUri,
            VOIP_STACK: stack,
        };
        process.exitCode = await inLab(stack, command.length ? command : interactiveShell(stack, shims), env);
    } finally {
        fs.rmSync(shims, { recursive: true, force: true });
    }
    return { facts: {}, text: "" };
}

/** The user's shell, its prompt saying where it is. */
function interactiveShell(stack: string, dir: string): string[] {
    const program = process.env.SHELL ?? "/bin/sh";
    if (path.basename(program) !== "bash") return [program, "-i"];
    const rc = path.join(dir, "bashrc");
    fs.writeFileSync(rc, `[ -f ~/.bashrc ] && . ~/.bashrc\nPATH='${dir}':"$PATH"\nPS1='(voip ${stack}) '"$PS1"\n`);
    return [program, "--rcfile", rc, "-i"];
}

function inLab(stack: string, command: string[], env: NodeJS.ProcessEnv): Promise<number> {
    const [program, ...args] = enterLab(stack, command);
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { env, stdio: "inherit" });
        const ignore = (): void => undefined; // Ctrl-C is for what runs inside
        process.on("SIGINT", ignore);
        child.on("error", reject);
        child.on("close", (code, signal) => {
            process.removeListener("SIGINT", ignore);
            resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
        });
    });
}
