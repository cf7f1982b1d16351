import { ssh } from "../../clients/ssh";
import { agentProgram } from "../platform/agent";
import { CommandError } from "../../process/run";

/** What a VM's agent has made anew, and its service has taken. */
export interface Rendered {
    name: string;
    /** The version before and after: a serial number, a lease, or when it was rotated. */
    from: string;
    to: string;
}

/** The agent gives up after two minutes by itself. */
const timeoutMs = 180_000;

/**
 * Has a VM's agent fetch its secrets of a kind anew, and waits until its services use them.
 * @throws Error with what the agent says of one that did not change
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
