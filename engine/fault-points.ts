import * as fs from "node:fs";
import type { Provider } from "./provider/provider";
import { nameOfUrn } from "./urn";

/**
 * For tests of what a kill can leave behind. A fault point is a moment at which the engine has done one lasting thing, and not
 * yet the next: they surround the writes of its state and the calls of its providers.
 *
 *  - `VOIP_FAULT_LOG=FILE` appends a line to FILE as each point is passed.
 *  - `VOIP_FAULT_POINT=N` kills the engine at the N-th, after its line was written.
 *
 * Without VOIP_FAULT_LOG, as in every ordinary run, `faultPoint` is an empty function and providers are unchanged.
 */
const log = process.env.VOIP_FAULT_LOG;
const last = Number(process.env.VOIP_FAULT_POINT ?? Infinity);

let passed = 0;

function pass(point: string): void {
    fs.appendFileSync(log!, `${point}\n`);
    if (++passed < last) return;
    process.kill(process.pid, "SIGKILL");
    // Nothing in a PID namespace can kill its first process: it sleeps until it is killed from outside.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

export const faultPoint: (point: string) => void = log ? pass : () => undefined;

/**
 * Calls that change something outside of the engine; a kill in another call has the same effect as one at the point before it.
 */
const CHANGING: readonly (string | symbol)[] = ["create", "update", "delete", "discard"] satisfies (keyof Provider)[];

/** A provider with a fault point before each call that changes something, and one after its answer. */
export function withFaultPoints(provider: Provider): Provider {
    if (!log) return provider;
    return new Proxy(provider, {
        get(target, name) {
            const member = Reflect.get(target, name) as unknown;
            if (typeof member !== "function") return member;
            const call = member.bind(target) as (urn: string, ...rest: unknown[]) => Promise<unknown>;
            if (!CHANGING.includes(name)) return call;
            return async (urn: string, ...rest: unknown[]) => {
                pass(`${String(name)} ${nameOfUrn(urn)}: sent`);
                const answer = await call(urn, ...rest);
                pass(`${String(name)} ${nameOfUrn(urn)}: answered`);
                return answer;
            };
        },
    });
}
