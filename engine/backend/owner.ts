/** The environment variable by which `./voip` tells the engine, which may be the first of a PID namespace, its own process id. */
export const ownerVariable = "VOIP_PID";

/** The process that a person finds on the host, and may interrupt: `./voip`, or the engine where nothing else started it. */
export function ownerPid(env: NodeJS.ProcessEnv = process.env): number {
    const named = Number(env[ownerVariable]);
    return Number.isInteger(named) && named > 0 ? named : process.pid;
}
