import { everyNth, seed } from "../../stack/seed";
import { describeAttempt, Lane, type Attempt, type Run } from "./lane";
import { MachineRoom } from "./machines";
import type { Workspace } from "./workspace";

const create: Run = { kind: "up", stage: 1 };
const change: Run = { kind: "up", stage: 2 };
const destroy: Run = { kind: "destroy", stage: 2 };
const runs = [create, change, destroy];

const isCall = ({ name }: Attempt): boolean => /: (sent|answered)$/.test(name);

/** Kills an engine at every n-th of the points around calls. */
export function testMachines(every: number): void {
    describe("an engine that is killed around a call that makes, changes or deletes a network, VM or container", () => {
        let room: MachineRoom;
        let workspace: Workspace;

        beforeAll(async () => {
            room = await MachineRoom.open();
            workspace = room.workspace();
        });

        afterAll(async () => {
            workspace.remove();
            await room.close();
        });

        it("leaves none behind: the next run converges", async () => {
            const lane = new Lane(
                workspace,
                runs,
                () => room.traces(),
                () => ({}),
            );
            const asNew = workspace.keep();
            const all = (await lane.live()).filter(isCall);
            const attempts = everyNth(all, every);
            const tried: string[] = [];
            const attempt = async (one: Attempt, next: Run): Promise<void> => {
                tried.push(describeAttempt(one));
                process.stderr.write(`${tried.at(-1)}\n`);
                await lane.kill(one);
                await lane.converge(next);
                await lane.hasNothingToDo(next);
            };
            // Lives one after the other; each is killed at another point of each of its runs.
            const waiting = runs.map((run) => attempts.filter((one) => one.run === run));
            while (waiting.some((list) => list.length > 0)) {
                asNew();
                for (const [index, run] of runs.entries()) {
                    const next = waiting[index].shift();
                    if (next) await attempt(next, run);
                    else await lane.converge(run);
                }
            }
            // A half-made one that is not wanted any more.
            const halfMade = attempts.filter(({ run, name }) => run === create && name.endsWith("answered"));
            for (const one of halfMade) {
                asNew();
                await attempt(one, destroy);
            }
            process.stderr.write(
                `fault points around calls: ${attempts.length} of ${all.length} tried, all converged, VOIP_TEST_SEED=${seed}\n`,
            );
            expect(tried).toHaveLength(attempts.length + halfMade.length);
            expect(halfMade.length).toBeGreaterThan(0);
        });
    });
}
