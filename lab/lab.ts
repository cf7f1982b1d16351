import * as fs from "node:fs";
import * as path from "node:path";
import { secretsDirOf, stackPaths } from "../paths";
import { withLock } from "../process/lock";
import { waitFor } from "../process/wait";
import { removeCgroup } from "./cgroup";
import { hostProblems } from "./host";
import { findInit, killInit, startInit, viewsIntact } from "./init";
import { insideAnyNetwork } from "./inside";
import { libvirtdAnswers, startLibvirtd, writeLibvirtFiles } from "./libvirtd";
import { forget, isInMemory, keepInMemory } from "./memory";
import { ensureNetns, ensureOwnNetnsHandle, netnsHandle, removeHandle, removeNetns } from "./netns";
import { otherOwner, recordOwner } from "./owner";
import { namespaceInode, ownLineage, processes } from "./procfs";

/** Which parts of a stack's lab exist and work. */
export interface LabState {
    /** Network namespace of bridges, libvirtd and engine. */
    netns: boolean;
    phonesNetns: boolean;
    /** The handle on the network that ./voip was started in, for the lab's namespace. */
    outerNetns: boolean;
    /** The first process of the lab's PID namespace, with the lab's view of the file system, and secrets in memory. */
    init: boolean;
    libvirtd: boolean;
}

type Part = keyof LabState;

const locked = <T>(stack: string, work: () => Promise<T>) => withLock(`voip-stack lab ${stack}`, work);

/**
 * Makes sure that the stack's lab runs; working parts are left alone. The lab keeps running when this process ends.
 * @param backend URL of the backend that has the stack's state: a lab belongs to one state
 * @returns the parts that were started in a new lab, or repaired in an existing one. VMs, networks or phones may have been lost
 *   with repaired parts: a refresh shows.
 * @throws Error with everything that prevents this host from holding a lab, or with the lab's owner if that is another.
 */
export async function ensureLab(stack: string, backend: string): Promise<{ started: Part[]; repaired: Part[] }> {
    // a running lab shows that this host can hold one
    const problems = findInit(stack) === undefined ? await hostProblems() : [];
    if (problems.length) throw new Error(problems.join("\n"));
    return locked(stack, async () => {
        const { netns, outerNetns, phonesNetns, runDir } = stackPaths(stack);
        let init = findInit(stack);
        const before = await stateWith(stack, init);
        const isThere = Object.values(before).some(Boolean);
        const other = isThere ? otherOwner(stack, () => backend) : undefined;
        if (other) throw new Error(other);
        const done: Part[] = [];
        fs.mkdirSync(runDir, { recursive: true, mode: 0o700 });
        recordOwner(stack, backend);

        if (init !== undefined && !before.init) {
            await killInit(stack);
            init = undefined;
        }
        const [made, madePhones] = await Promise.all([ensureNetns(netns, init), ensureNetns(phonesNetns)]);
        if (made) done.push("netns");
        if (madePhones) done.push("phonesNetns");
        if (!insideAnyNetwork(stack) && (await ensureOwnNetnsHandle(outerNetns))) done.push("outerNetns");
        const answered = before.libvirtd && init !== undefined;
        if (init === undefined) {
            writeLibvirtFiles(stack);
            await keepInMemory(secretsDirOf(runDir));
            init = await startInit(stack);
            done.push("init");
        }
        if (!answered) {
            await startLibvirtd(stack, init);
            done.push("libvirtd");
        }
        return isThere ? { started: [], repaired: done } : { started: done, repaired: [] };
    });
}

/** Removes the lab with everything that runs in it and all its files; also removes remains of a lab. */
export async function removeLab(stack: string): Promise<void> {
    await locked(stack, async () => {
        const { cgroup, dataDir, netns, outerNetns, phonesNetns, runDir } = stackPaths(stack);
        await killInit(stack);
        await killProcessesIn([netns, phonesNetns]);
        await removeCgroup(cgroup);
        await removeHandle(outerNetns);
        await removeNetns(phonesNetns);
        await removeNetns(netns);
        await forget(secretsDirOf(runDir));
        for (const dir of [runDir, dataDir]) {
            fs.rmSync(dir, { recursive: true, force: true });
            removeIfEmpty(path.dirname(dir));
        }
    });
}

/** Ends all processes of the lab, at once; its files stay, and `ensureLab` starts it again. */
export const endLab = (stack: string): Promise<void> => locked(stack, () => killInit(stack));

export const labState = (stack: string): Promise<LabState> => stateWith(stack, findInit(stack));

async function stateWith(stack: string, init: number | undefined): Promise<LabState> {
    const { netns, outerNetns, phonesNetns, runDir } = stackPaths(stack);
    const exists = (handle: string) => namespaceInode(handle) !== undefined;
    return {
        netns: exists(netnsHandle(netns)),
        phonesNetns: exists(netnsHandle(phonesNetns)),
        outerNetns: exists(outerNetns),
        init: init !== undefined && viewsIntact(stack, init) && isInMemory(secretsDirOf(runDir)),
        libvirtd: init !== undefined && (await libvirtdAnswers(stack)),
    };
}

/** The command line that runs `argv` in the lab's network. */
export const enterLab = (stack: string, argv: string[]): string[] => enter(stackPaths(stack).netns, argv);

/** The command line that runs `argv` in the phones' network. */
export const enterPhones = (stack: string, argv: string[]): string[] => enter(stackPaths(stack).phonesNetns, argv);

const enter = (netns: string, argv: string[]) => ["nsenter", `--net=${netnsHandle(netns)}`, ...argv];

/**
 * The command line that runs the engine `argv` in the lab's network and in separate PID and mount namespaces: when the engine
 * dies, everything that it started dies with it, and its mounts are gone. Signals for the engine go to the process group: the
 * process started by this command line (unshare(1)) does not forward them.
 */
export function engineArgv(stack: string, argv: string[]): string[] {
    return enterLab(stack, ["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", ...argv]);
}

/** Kills everything that still runs in these network namespaces, except a shell in which this command was typed. */
async function killProcessesIn(names: string[]): Promise<void> {
    const inodes = names.map((name) => namespaceInode(netnsHandle(name)));
    const left = () => {
        const all = processes();
        const own = ownLineage(all);
        return all.filter(({ pid, netns }) => netns !== undefined && inodes.includes(netns) && !own.has(pid));
    };
    await waitFor(
        `the end of the processes in ${names.join(" and ")}`,
        () => {
            const remaining = left();
            remaining.forEach(({ pid }) => process.kill(pid, "SIGKILL"));
            return remaining.length ? undefined : true;
        },
        { deadlineMs: 20_000, intervalMs: 20 },
    );
}

function removeIfEmpty(dir: string): void {
    try {
        fs.rmdirSync(dir);
    } catch {
        // not empty: another stack's
    }
}
