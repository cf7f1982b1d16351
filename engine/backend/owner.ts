/** The environment variable with the process id of `./voip`, for an engine that may be the first of a PID namespace. */
export const ownerVariable = "VOIP_PID";

/** The process that a person sees on the host and may interrupt: `./voip`, or the engine if nothing else started it. */
export function ownerPid(env: NodeJS.ProcessEnv = process.env): number {
    const named = Number(env[ownerVariable]);
    return Number.isInteger(named) && named > 0 ? named : process.pid;
}
