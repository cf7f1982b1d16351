import * as net from "node:net";
import { ssh, type SshTarget } from "../../clients/ssh";
import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import type { Hypervisor } from "./hypervisor";
import type { Storage } from "./storage";
import { troubleIn } from "./trouble";

export interface Guest extends SshTarget {
    /** The address of `host`. */
    address: string;
    storage: Storage;
    hypervisor: Hypervisor;
}

/**
 * Waits until the guest accepts an ssh login. The connection is kept for later ones (ControlMaster).
 * @throws Error with the last lines of the guest's serial console, if the guest does not accept one before the deadline, in
 *   milliseconds, or if it clearly never will.
 */
export async function waitForSsh(guest: Guest, deadlineMs: number): Promise<void> {
    let looked = Date.now();
    let isUp = false;
    const outcome = await waitFor(
        `${guest.host} to answer ssh at ${guest.address}`,
        async () => {
            if (Date.now() - looked > 2_000) {
                looked = Date.now();
                const reason = await hopeless(guest);
                if (reason) return { reason };
            }
            isUp ||= (await knock(guest.address)) !== "nothing";
            return isUp && (await logsIn(guest)) ? { reason: undefined } : undefined;
        },
        { deadlineMs },
    ).catch((error: Error) => ({ reason: error.message }));
    if (outcome.reason) throw new Error(`${outcome.reason}\n${consoleTail(await guest.storage.console())}`);
}

/**
 * What answers at the guest's address: its sshd, its kernel, which refuses the connection, or nothing. Asking costs less than
 * starting ssh, and, before sshd listens, costs the guest nothing.
 */
export function knock(address: string): Promise<"sshd" | "kernel" | "nothing"> {
    return new Promise((resolve) => {
        const socket = net.connect({ host: address, port: 22, timeout: 1_000 });
        const finish = (found: "sshd" | "kernel" | "nothing") => {
            socket.destroy();
            resolve(found);
        };
        socket.once("connect", () => finish("sshd")).once("timeout", () => finish("nothing"));
        socket.once("error", (error: NodeJS.ErrnoException) =>
            finish(error.code === "ECONNREFUSED" ? "kernel" : "nothing"),
        );
    });
}

/**
 * After a refused connection the login is tried again; other messages of ssh, such as a wrong key, are kept as the last thing
 * seen.
 */
async function logsIn(guest: Guest): Promise<boolean> {
    const { status, stderr } = await ssh(guest, "true", { okStatus: [0, 255], timeoutMs: 60_000 });
    if (status === 255 && !/Connection refused/.test(stderr)) throw new Error(stderr.trim());
    return status === 0;
}

/** Why waiting longer is useless, if it is. */
async function hopeless({ host, storage, hypervisor }: Guest): Promise<string | undefined> {
    const state = (await hypervisor.inspect(host))?.state ?? "gone";
    if (state !== "running") return `${host} is ${state} instead of starting`;
    const trouble = troubleIn(await storage.console());
    return trouble && `${host} does not start: ${trouble}`;
}

/** Ends the kept connection to a guest that was, or is about to be, stopped: it would hang for a while. */
export async function dropConnection({ sshConfig, host }: SshTarget): Promise<void> {
    await run(["ssh", "-F", sshConfig, "-O", "exit", host], { okStatus: [0, 255] });
}

/**
 * Drops the connection and neighbour entry of a guest that is off. If it was seen a moment ago, the kernel keeps sending to it
 * for up to a minute before it reports it unreachable (arp(7), base_reachable_time), and every read from the guest would wait
 * for that.
 */
export async function forgetGuest(target: SshTarget, address: string): Promise<void> {
    await dropConnection(target);
    // requires root, the guest's network on this machine and iproute2: elsewhere it takes the minute
    await run(["ip", "neigh", "flush", "to", address]).catch(() => undefined);
}

/** The last output of the guest's serial console. */
function consoleTail(text: string): string {
    const lines = text.replace(/\r/g, "").trim().split("\n").slice(-20);
    return `last lines of its console:\n${lines.join("\n") || "(nothing)"}`;
}
