import { spawnSync } from "node:child_process";
import * as os from "node:os";
import { Failure } from "../result";
import type { Wrap } from "./run";

const up = ["ip", "link", "set", "lo", "up"];

const hasLoopback = (): boolean =>
    Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => internal));

/**
 * The engine's processes communicate over the loopback interface, which is down in a new network namespace (`unshare --net`).
 * There, work that needs no network gets a separate namespace with a loopback interface.
 * @throws Failure if that is not allowed either
 */
export function onLoopback(): Wrap {
    if (hasLoopback()) return (argv) => argv;
    const unshare = ["unshare", "--net", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
    if (spawnSync(unshare[0], [...unshare.slice(1), ...up], { timeout: 10_000 }).status !== 0) {
        throw new Failure(
            `The loopback interface is down, which the engine's processes need: \`${up.join(" ")}\` brings it up.`,
        );
    }
    return (argv) => [...unshare, "sh", "-c", `${up.join(" ")} && exec "$@"`, "sh", ...argv];
}
