import { isProviderType } from "../../../engine/urn";
import { comparable, recorded, type Recorded } from "./recorded";
import type { Outcome } from "./run";
import type { RunKind, Workspace } from "./workspace";

/** One run of a program's life. */
export interface Run {
    kind: RunKind;
    /** What the program wants. */
    stage: number;
}

type World = ReturnType<typeof comparable>;

export interface Attempt {
    run: Run;
    /** Number of the fault point in its run, from 1. */
    point: number;
    name: string;
}

export const describeAttempt = ({ run, point, name }: Attempt): string =>
    `${run.kind} ${run.stage}, point ${point} (${name})`;

/** A workspace that lives the same life again and again, killed at one fault point after the other. */
export class Lane {
    private readonly undisturbed = new Map<Run, { points: string[]; after: World }>();

    constructor(
        readonly workspace: Workspace,
        private readonly runs: readonly Run[],
        private readonly traces: () => unknown,
        private readonly random: (state: Recorded) => Record<string, string>,
    ) {}

    /** Lives once without a fault. @returns all fault points on the way */
    async live(): Promise<Attempt[]> {
        for (const run of this.runs) {
            const { points, ...outcome } = await this.run(run);
            expect(outcome).toMatchObject({ status: 0, errors: [] });
            this.undisturbed.set(run, { points, after: await this.world() });
            await this.hasNothingToDo(run);
        }
        return this.runs.flatMap((run) =>
            this.undisturbed.get(run)!.points.map((name, index) => ({ run, name, point: index + 1 })),
        );
    }

    run({ kind, stage }: Run, faultPoint?: number): Promise<Outcome> {
        return this.workspace.run(kind, { stage, faultPoint });
    }

    private async world(): Promise<World> {
        return comparable(this.workspace, await this.traces(), this.random);
    }

    /** @throws Error when the run was not killed at its point, or passed others on the way than an undisturbed one */
    async kill({ run, point }: Attempt): Promise<void> {
        const { status, points } = await this.run(run, point);
        expect({ status, points }).toEqual({
            status: 137,
            points: this.undisturbed.get(run)!.points.slice(0, point),
        });
    }

    /** Whether a resource may be there that is not recorded. */
    isHalfMade(): boolean {
        return recorded(this.workspace).pending.some(
            ({ type, resource }) => type === "creating" && !isProviderType(resource.type),
        );
    }

    /** The run comes to what it comes to undisturbed, field by field: nothing is left to do then either. */
    async converge(run: Run): Promise<void> {
        expect(await this.run(run)).toMatchObject({ status: 0, errors: [] });
        expect(await this.world()).toEqual(this.undisturbed.get(run)!.after);
    }

    async hasNothingToDo(run: Run): Promise<void> {
        const { status, changes } = await this.run(run);
        expect({ status, ops: Object.keys(changes) }).toEqual({ status: 0, ops: run.kind === "up" ? ["same"] : [] });
        expect(await this.world()).toEqual(this.undisturbed.get(run)!.after);
    }
}
