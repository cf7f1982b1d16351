import * as os from "node:os";
import type { PropertyMap } from "../../../engine/properties";
import { everyNth, seed } from "../../stack/seed";
import { describeAttempt, Lane, type Attempt, type Run } from "./lane";
import type { Recorded } from "./recorded";
import { Workspace } from "./workspace";

const create: Run = { kind: "up", stage: 1 };
const change: Run = { kind: "up", stage: 2 };
const destroy: Run = { kind: "destroy", stage: 2 };
const runs = [create, change, destroy];

const wordOf = ({ keepers }: PropertyMap): string => `WORD${(keepers as { stage: string }).stage}`;

/** What RandomUuid made in each stage, and the ids of commands. */
const random = ({ resources }: Recorded): Record<string, string> =>
    Object.fromEntries(
        resources.flatMap(({ type, id, outputs }) => [
            ...(type.startsWith("random:") ? [[wordOf(outputs), outputs.result as string]] : []),
            ...(type.startsWith("command:") ? [[`ID${id!.slice(0, -8)}`, id!]] : []),
        ]),
    ) as Record<string, string>;

/** A lane that can go back to how it was before each run. */
class RepeatingLane extends Lane {
    private readonly before = new Map<Run, () => void>();

    constructor() {
        const workspace = new Workspace("files");
        super(workspace, runs, () => workspace.traces(), random);
    }

    override run(run: Run, faultPoint?: number): ReturnType<Lane["run"]> {
        if (!this.before.has(run)) this.before.set(run, this.workspace.keep());
        return super.run(run, faultPoint);
    }

    async attempt(attempt: Attempt): Promise<void> {
        this.before.get(attempt.run)!();
        await this.kill(attempt);
        const asKilled = this.isHalfMade() ? this.workspace.keep() : undefined;
        await this.converge(attempt.run);
        if (!asKilled) return;
        asKilled();
        await this.converge(destroy);
    }
}

/** Kills an engine at every n-th of its fault points. */
export function testEnginePoints(every: number): void {
    describe("an engine that is killed at a fault point", () => {
        // Each runs one process at a time, mostly.
        const lanes = Array.from({ length: Math.min(4, os.availableParallelism()) }, () => new RepeatingLane());

        afterAll(() => lanes.forEach(({ workspace }) => workspace.remove()));

        it("converges with the next run", async () => {
            const [all, ...others] = await Promise.all(lanes.map((lane) => lane.live()));
            for (const other of others) expect(other).toEqual(all);
            const attempts = everyNth(all, every);
            const failures: string[] = [];
            const waiting = [...attempts];
            const work = async (lane: RepeatingLane): Promise<void> => {
                for (let attempt = waiting.shift(); attempt; attempt = waiting.shift()) {
                    await lane.attempt(attempt).catch((error: Error) => {
                        failures.push(`${describeAttempt(attempt)}: ${error.message}`);
                    });
                }
            };
            await Promise.all(lanes.map(work));
            const converged = attempts.length - failures.length;
            process.stderr.write(
                `fault points of the engine: ${attempts.length} of ${all.length} tried, ${converged} converged, VOIP_TEST_SEED=${seed}\n`,
            );
            expect(failures).toEqual([]);
        });
    });
}
