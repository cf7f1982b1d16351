import { ssh } from "../../clients/ssh";
import { channelsCommand, droppedCalls, parseCalls, parseEnds, type CallUp } from "../platform/calls";
import type { RotationJob } from "./job";

interface Before {
    host: string;
    calls: CallUp[];
    /** The PBX's own clock, seconds since 1970. */
    time: string;
}

const pbxs = ({ vms }: RotationJob): string[] =>
    vms.filter(({ services }) => services.includes("asterisk")).map(({ name }) => name);

/** The calls that are now up on the PBXs. @throws CommandError */
export function callsNow(job: RotationJob): Promise<Before[]> {
    return Promise.all(
        pbxs(job).map(async (host) => {
            const target = { sshConfig: job.sshConfig, host };
            const { stdout } = await ssh(target, `date +%s; ${channelsCommand}`, { timeoutMs: 60_000 });
            return { host, calls: parseCalls(stdout), time: stdout.slice(0, stdout.indexOf("\n")) };
        }),
    );
}

/** The number of calls in `before` that were lost since. @throws CommandError */
export async function callsDropped(before: Before[], job: RotationJob): Promise<number> {
    const dropped = await Promise.all(
        before.map(async ({ host, calls: up, time }) => {
            const log = `docker logs --since ${time} asterisk 2>&1 | grep ' ended, cause ' || true`;
            const target = { sshConfig: job.sshConfig, host };
            // calls first: one that ends in between is in the log
            const { stdout } = await ssh(target, `${channelsCommand}; ${log}`, { timeoutMs: 60_000 });
            return droppedCalls(up, parseCalls(stdout), parseEnds(stdout)).length;
        }),
    );
    return dropped.reduce((sum, each) => sum + each, 0);
}
