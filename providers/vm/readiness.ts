import * as fs from "node:fs";
import * as net from "node:net";
import { run } from "../../process/run";
import { ssh, type SshTarget } from "../../process/ssh";
import { waitFor } from "../../process/wait";
import type { Hypervisor } from "./hypervisor";

/** A guest under TCG answers after 15 s on idle processors; four of them on two busy ones take minutes. */
const deadlineMs = 300_000;

export interface Guest extends SshTarget {
    /** The address behind `host`. */
    address: string;
    consoleLog: string;
    hypervisor: Hypervisor;
}

/**
 * Waits until the guest lets us log in by ssh. The connection made is kept for those that follow (ControlMaster).
 * @throws Error when it does not within five minutes, or when it is clear that it never will, with the last lines of the
 *   guest's serial console.
 */
export async function waitForSsh(guest: Guest): Promise<void> {
    let looked = Date.now();
    const outcome = await waitFor(
        `${guest.host} to answer ssh at ${guest.address}`,
        async () => {
            if (await speaksSsh(guest.address)) {
                await ssh(guest, "true", { timeoutMs: 60_000 });
                return { reason: undefined };
            }
            if (Date.now() - looked < 2_000) return undefined;
            looked = Date.now();
            const reason = await hopeless(guest);
            return reason ? { reason } : undefined;
        },
        { deadlineMs },
    ).catch((error: Error) => ({ reason: error.message }));
    if (outcome.reason) throw new Error(`${outcome.reason}\n${consoleTail(guest.consoleLog)}`);
}

/** Why waiting longer is of no use, if it is not. */
async function hopeless({ host, consoleLog, hypervisor }: Guest): Promise<string | undefined> {
    const state = (await hypervisor.inspect(host))?.state ?? "gone";
    if (state !== "running") return `${host} is ${state} instead of starting`;
    const trouble = /Kernel panic.*|You are in emergency mode/.exec(consoleText(consoleLog));
    return trouble ? `${host} does not start: ${trouble[0]}` : undefined;
}

/** Whether an SSH server greets at port 22 within a second (RFC 4253, section 4.2): a look that costs the guest little. */
function speaksSsh(address: string): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = net.connect({ host: address, port: 22, timeout: 1_000 });
        const finish = (speaks: boolean) => {
            socket.destroy();
            resolve(speaks);
        };
        socket.once("data", (greeting) => finish(greeting.toString("latin1").startsWith("SSH-2.0-")));
        socket.once("timeout", () => finish(false)).once("close", () => finish(false));
        socket.once("error", () => finish(false));
    });
}

/** Ends the kept connection to a guest that was, or is about to be, stopped: it would hang for a while. */
export async function dropConnection({ sshConfig, host }: SshTarget): Promise<void> {
    await run(["ssh", "-F", sshConfig, "-O", "exit", host], { okStatus: [0, 255] });
}

const consoleText = (log: string) => (fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "");

/** What the guest said last on its serial console. */
export function consoleTail(log: string): string {
    const lines = consoleText(log).replace(/\r/g, "").trim().split("\n").slice(-20);
    return `last lines of its console:\n${lines.join("\n") || "(nothing)"}`;
}
