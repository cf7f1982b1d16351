import { ssh } from "../../clients/ssh";
import { agentProgram } from "../platform/agent";
import { CommandError } from "../../process/run";

/** A secret that a VM's agent has renewed, and that its service uses. */
export interface Rendered {
    name: string;
    /** The version before and after: a serial number, a lease, or when it was rotated. */
    from: string;
    to: string;
}

/** The agent itself gives up after two minutes. */
const timeoutMs = 180_000;

/**
 * Makes a VM's agent fetch its secrets of a kind again, and waits until its services use them.
 * @throws Error with the agent's message about one that did not change
 */
export async function renderAnew(sshConfig: string, host: string, kind: "certs" | "db" | "kv"): Promise<Rendered[]> {
    try {
        const { stdout } = await ssh({ sshConfig, host }, `${agentProgram} render ${kind}`, { timeoutMs });
        return (JSON.parse(stdout) as { rendered: Rendered[] }).rendered;
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        throw new Error(`${host}: ${error.result.stderr.trim() || error.reason}`, { cause: error });
    }
}
