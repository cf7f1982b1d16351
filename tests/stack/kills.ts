import { waitFor } from "../../process/wait";
import { engineOf, startedBy, stillRunning } from "./engine-process";
import { stack } from "./environment";
import { broughtUp, up } from "./platform";
import { randomNumbers } from "./random";
import { seed } from "./seed";
import { voipJson, voipStart } from "./voip";

/**
 * Kills the engine of an `up` so many milliseconds after it started.
 * @returns the milliseconds that the `up` took when it was over before that, else undefined.
 */
async function killUp(afterMs: number): Promise<number | undefined> {
    const { child, ended } = voipStart(["up", "--stack", stack, "--yes", "--json"]);
    const engine = await engineOf(child.pid as number);
    const start = performance.now();
    const over = await Promise.race([ended, new Promise<"time">((wake) => setTimeout(wake, afterMs, "time"))]);
    if (over !== "time") return performance.now() - start;
    const below = startedBy(engine);
    process.kill(engine, "SIGKILL");
    expect(await ended).not.toBe(0);
    await waitFor(
        "the end of all that the killed engine had started",
        () => (stillRunning(below).length ? undefined : true),
        { deadlineMs: 10_000 },
    );
    return undefined;
}

/** Tests that a platform comes up after its engine was killed at `rounds` random moments of an `up` from nothing. */
export function testKills(rounds: number): void {
    const random = randomNumbers(seed);
    let upMs: number;

    beforeAll(async () => {
        // the first one may have built images as well
        upMs = Math.min((await broughtUp()).seconds, 90) * 1000;
        process.stderr.write(`crash test: VOIP_TEST_SEED=${seed}\n`);
    });

    it.each(Array.from({ length: rounds }, (_, n) => n + 1))("converges with the next up, round %d", async (round) => {
        for (let tookMs: number | undefined = upMs; tookMs !== undefined;) {
            await voipJson("destroy", "--yes");
            const afterMs = random() * upMs;
            process.stderr.write(`crash test: round ${round}, to be killed after ${(afterMs / 1000).toFixed(2)} s\n`);
            tookMs = await killUp(afterMs);
            upMs = tookMs ?? upMs;
        }
        await up();
        expect(await up()).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    });

    it("leaves a platform that calls", async () => {
        const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "3");
        expect(call).toMatchObject({ answered: true });
    });
}
