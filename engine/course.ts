import * as path from "node:path";
import type { Checkpoint } from "./backend/checkpoint";
import type { StackLock } from "./backend/lock";
import { Deployment } from "./deployment";
import type { EventStream, SummaryEvent } from "./events";
import { Executor } from "./executor";
import { engineMethods, monitorMethods, type MonitorHost } from "./monitor";
import { PolicyPack } from "./policies";
import type { PlainConfig, Project } from "./project";
import { Program } from "./program";
import { DYNAMIC_PACKAGE, ProviderRegistry } from "./provider/registry";
import { Refresh } from "./refresh";
import { Removal } from "./removal";
import type { OperationRequest } from "./request";
import type { Crypter } from "./secrets/passphrase";
import { Stack } from "./stack";
import { dependenciesOf, type ResourceState, type Snapshot } from "./state";
import { isProviderType, isStackType } from "./urn";

export interface CourseOptions extends OperationRequest {
    project: Project;
    config: PlainConfig;
    events: EventStream;
    /** None in a preview. */
    lock?: StackLock;
    checkpoint?: Checkpoint;
    crypter: Promise<Crypter>;
    /** Started, and not connected yet; none in a refresh or destroy. */
    program?: Program;
    /** Aborted when everything must stop at once. */
    abort: AbortSignal;
    /** Milliseconds since 1970. */
    started: number;
}

/** What an operation does once the program runs: everything that needs the state, the providers and the SDK's messages. */
export class Course {
    private executor?: Executor;
    private policies?: PolicyPack;
    private interrupted = false;

    constructor(private readonly options: CourseOptions) {}

    private get events(): EventStream {
        return this.options.events;
    }

    /** Starts nothing more; steps in progress finish and are recorded. */
    interrupt(): void {
        this.interrupted = true;
        this.executor?.stop();
    }

    /** @returns the exit status, as {@link Operation.run} */
    async run(): Promise<number> {
        const { kind, project, config, checkpoint, lock, program } = this.options;
        let deployed: (deployment: Deployment) => void = () => undefined;
        let programDone: () => void = () => undefined;
        const done = new Promise<void>((resolve) => (programDone = resolve));
        const host: MonitorHost = {
            project: project.name,
            stack: project.stack,
            preview: kind === "preview",
            parallel: this.options.parallel,
            events: this.events,
            deployment: new Promise((resolve) => (deployed = resolve)),
            onProgramDone: () => programDone(),
        };
        const engine = engineMethods(host);
        program?.connect({ ...monitorMethods(host), ...engine });
        const snapshot: { current?: Snapshot } = {};
        const registry = new ProviderRegistry({
            projectDir: project.dir,
            project: project.name,
            engine,
            abort: this.options.abort,
            state: (urn) => snapshot.current?.current(urn),
            log: (line, urn) => this.events.diagnostic("info#err", line, urn),
        });
        try {
            if (program) this.loadPolicies();
            const types = checkpoint?.latest?.resources?.map(({ type }) => type);
            const looks = kind === "refresh" || kind === "destroy";
            // The process of dynamic resources, which an up needs only for changes, and a preview never.
            if (looks && types?.some((type) => type.startsWith(`${DYNAMIC_PACKAGE}:`))) void registry.startDynamic();
            if (kind === "up" && !types) void registry.startDynamic();

            const stack = await Stack.open(project, lock, checkpoint, await this.options.crypter);
            snapshot.current = stack.snapshot;
            for (const line of stack.notices) this.events.diagnostic("warning", line);
            const executor = this.makeExecutor(stack);
            const removal = new Removal(executor, registry);
            if (program) {
                const targets = new Set(this.options.targets);
                const names = { project: project.name, stack: project.stack };
                const options = { ...names, config, targets, policies: this.policies };
                const deployment = new Deployment(options, executor, registry, removal);
                deployed(deployment);
                await this.deploy(program, done, executor, deployment);
            } else if (kind === "refresh") {
                await new Refresh(executor, registry, new Set(this.options.targets)).run();
            } else {
                await this.removing(executor, () => this.destroy(executor, removal));
            }
            await executor.idle();
            return await this.finish(stack, executor);
        } finally {
            await registry.close();
        }
    }

    private makeExecutor(stack: Stack): Executor {
        const preview = this.options.kind === "preview";
        const save = (): Promise<void> => stack.save();
        this.executor = new Executor(stack.snapshot, this.events, preview, this.options.parallel, save);
        if (this.interrupted) this.executor.stop();
        return this.executor;
    }

    /** Runs the program to its end, or to the first failure, then removes what it no longer wants. */
    private async deploy(
        program: Program,
        done: Promise<void>,
        executor: Executor,
        deployment: Deployment,
    ): Promise<void> {
        const status = await Promise.race([program.ended, done.then(() => 0), executor.ended.then(() => undefined)]);
        if (executor.isStopped) return executor.ended;
        if (status !== 0) {
            const reason = Program.reason(status ?? 0);
            executor.fail(new Error(reason ?? "the program failed"));
            return executor.ended;
        }
        await this.removing(executor, () => deployment.removeRest());
        this.enforcePolicies(executor);
    }

    private loadPolicies(): void {
        const { policyPack, project } = this.options;
        if (policyPack) this.policies = new PolicyPack(path.resolve(project.dir, policyPack), this.events);
    }

    /** Checks the stack as a whole; includes what a preview found in single resources. */
    private enforcePolicies(executor: Executor): void {
        if (!this.policies) return;
        const resources = executor.snapshot.resources().filter((state) => !state.delete);
        const analyzed = resources.map(({ urn, type, outputs }) => ({ urn, type, properties: outputs }));
        const root = resources.find(({ type }) => isStackType(type))?.urn ?? "";
        try {
            this.policies.analyzeStack(analyzed, root);
        } catch (error) {
            executor.fail(error as Error);
        }
        if (this.policies.isViolated) executor.failed = true;
    }

    private async removing(executor: Executor, remove: () => Promise<void>): Promise<void> {
        executor.keepGoing = true;
        await remove().catch((error: Error) => executor.fail(error));
    }

    private async destroy(executor: Executor, removal: Removal): Promise<void> {
        const all = [...executor.snapshot.resources(), ...executor.snapshot.halfMade()];
        const targets = new Set(this.options.targets);
        const going =
            targets.size === 0 ? all : all.filter(({ urn, type }) => targets.has(urn) && !isProviderType(type));
        const needed = dependentsOf(going, all);
        for (const { urn } of needed) {
            const remedy = "make it a target too";
            this.events.diagnostic(
                "error",
                `It depends on a target of this destroy and is none itself: ${remedy}.`,
                urn,
            );
        }
        if (needed.length > 0) {
            executor.failed = true;
            return;
        }
        const left = executor.snapshot.resources().filter((state) => !going.includes(state));
        if (!executor.isStopped) left.forEach((state) => executor.leave(state));
        await removal.removeAll(going);
    }

    private async finish(stack: Stack, executor: Executor): Promise<number> {
        const { kind } = this.options;
        const result = (): SummaryEvent["result"] =>
            executor.failed ? "failed" : this.interrupted ? "canceled" : "succeeded";
        const endTime = Math.floor(Date.now() / 1000);
        try {
            await stack.save();
            if (kind !== "preview") {
                await stack.addHistory({
                    kind: kind === "up" ? "update" : kind,
                    startTime: Math.floor(this.options.started / 1000),
                    endTime,
                    result: result() === "succeeded" ? "succeeded" : "failed",
                    resourceChanges: executor.changes,
                });
            }
        } catch (error) {
            // A failed step has already reported a full disk.
            if (!executor.failed) executor.fail(error as Error);
        }
        this.events.summary({
            resourceChanges: executor.changes,
            isPreview: kind === "preview",
            result: result(),
            started: this.options.started,
        });
        return this.interrupted ? 130 : executor.failed ? 1 : 0;
    }
}

/** Resources that depend on the removed ones, directly or indirectly, in the order of the state. */
function dependentsOf(going: readonly ResourceState[], all: readonly ResourceState[]): ResourceState[] {
    const gone = new Set(going.map(({ urn }) => urn));
    const dependents: ResourceState[] = [];
    for (const state of all.filter((each) => !going.includes(each))) {
        if (![...dependenciesOf(state)].some((urn) => gone.has(urn))) continue;
        gone.add(state.urn);
        dependents.push(state);
    }
    return dependents;
}
