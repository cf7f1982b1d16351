import { waitFor } from "../../process/wait";
import { engineOf, startedBy, stillRunning } from "../stack/engine-process";
import { stack } from "../stack/environment";
import { broughtUp, forgetBroughtUp, up } from "../stack/platform";
import { voipJson, voipStart } from "../stack/voip";

const rounds = 10;
const seed = Number(process.env.VOIP_TEST_SEED ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomNumbers(start: number): () => number {
    let state = start;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** Kills the engine of an `up` so many milliseconds after it started. @returns whether it still ran by then. */
async function killedUp(afterMs: number): Promise<boolean> {
    const { child, ended } = voipStart(["up", "--stack", stack, "--yes", "--json"]);
    const engine = await engineOf(child.pid as number);
    const over = await Promise.race([ended, new Promise<"time">((wake) => setTimeout(wake, afterMs, "time"))]);
    if (over !== "time") return false;
    const below = startedBy(engine);
    process.kill(engine, "SIGKILL");
    expect(await ended).not.toBe(0);
    await waitFor(
        "the end of all that the killed engine had started",
        () => (stillRunning(below).length ? undefined : true),
        { deadlineMs: 10_000 },
    );
    return true;
}

describe("an engine that is killed", () => {
    const random = randomNumbers(seed);
    let upMs: number;

    beforeAll(async () => {
        await broughtUp();
        await voipJson("destroy", "--yes");
        forgetBroughtUp();
        upMs = (await up()).seconds * 1000;
        process.stderr.write(`crash test: VOIP_TEST_SEED=${seed}, an up takes ${Math.round(upMs / 1000)} s\n`);
    });

    it.each(Array.from({ length: rounds }, (_, n) => n + 1))("converges with the next up, round %d", async (round) => {
        let [hit, after] = [false, 0];
        for (let attempt = 0; !hit && attempt < 3; attempt++) {
            await voipJson("destroy", "--yes");
            after = random() * upMs * 0.95;
            hit = await killedUp(after);
        }
        process.stderr.write(`crash test: round ${round}, killed after ${(after / 1000).toFixed(2)} s\n`);
        expect(hit).toBe(true);
        await up();
        expect(await up()).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    });

    it("leaves a platform that calls", async () => {
        const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "3");
        expect(call).toMatchObject({ answered: true });
    });
});
