import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { enterLab, ensureLab, labState } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { givenUmask } from "../../process/umask";
import { backendOf } from "../engine/backend";
import { hasResources } from "../engine/entrance";
import { checkLabOwner } from "../engine/owner";
import type { Wrap } from "../engine/run";
import { Failure, note, type Result } from "../result";
import { preparePulumi } from "../shell/prepare-pulumi";
import { writeShims } from "../shell/shims";
import { checkedConfig, hostPackages } from "./prepare";

/**
 * Runs a command, or an interactive shell, where the engine of the stack runs: in the lab's network, which is made if there is
 * none yet, or on this host for a stack without a lab. Keeps the working directory. Sets the exit status to the command's.
 * @throws Failure if that network can't be made
 */
export async function shell(stack: string, command: string[]): Promise<Result> {
    await checkLabOwner(stack);
    const enter = await wayIn(stack);
    const { sshConfig, libvirtUri } = stackPaths(stack);
    const { cli, variables } = await preparePulumi(stack, command);
    const shims = fs.mkdtempSync(path.join(os.tmpdir(), "voip-shell-"));
    try {
        writeShims(shims, { sshConfig, pulumi: cli });
        const env = {
            ...process.env,
            ...variables,
            PATH: `${shims}:${process.env.PATH}`,
            LIBVIRT_DEFAULT_URI: libvirtUri,
            VOIP_STACK: stack,
        };
        process.exitCode = await inside(enter(asUser(command.length ? command : interactiveShell(stack, shims))), env);
    } finally {
        fs.rmSync(shims, { recursive: true, force: true });
    }
    return { facts: {}, text: "" };
}

/** Files made in the shell get the same modes as outside of it. */
const asUser = (argv: string[]): string[] => ["sh", "-c", `umask ${givenUmask} && exec "$@"`, "sh", ...argv];

/** The wrapper that starts a command line where the stack's servers can be reached. */
async function wayIn(stack: string): Promise<Wrap> {
    const enter: Wrap = (argv) => enterLab(stack, argv);
    if ((await labState(stack)).netns) return enter; // whatever else is broken, the shell can inspect it
    const { lab } = await checkedConfig(stack, "preview");
    if (!lab) return (argv) => argv;
    if (await hasResources(stack)) {
        throw new Failure(
            `the lab of stack ${stack} is gone (was the machine restarted?), with all that ran in it: ` +
                `./voip up --stack ${stack} brings it back`,
        );
    }
    await hostPackages();
    await ensureLab(stack, backendOf(stack));
    note(`lab ${stack}: started; ./voip destroy --stack ${stack} removes it`);
    return enter;
}

/** The user's shell, with a prompt that shows where it is. */
function interactiveShell(stack: string, dir: string): string[] {
    const program = process.env.SHELL ?? "/bin/sh";
    if (path.basename(program) !== "bash") return [program, "-i"];
    const rc = path.join(dir, "bashrc");
    fs.writeFileSync(rc, `[ -f ~/.bashrc ] && . ~/.bashrc\nPATH='${dir}':"$PATH"\nPS1='(voip ${stack}) '"$PS1"\n`);
    return [program, "--rcfile", rc, "-i"];
}

function inside([program, ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
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
