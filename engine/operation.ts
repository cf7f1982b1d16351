import * as path from "node:path";
import { readCheckpoint } from "./backend/checkpoint";
import { StackLock } from "./backend/lock";
import { endAll } from "./children";
import { Deployment } from "./deployment";
import { EventStream, type EngineEvent, type SummaryEvent } from "./events";
import { Executor } from "./executor";
import { engineMethods, monitorMethods, type Methods, type MonitorHost } from "./monitor";
import { PolicyPack } from "./policies";
import { openConfig, readProject, type PlainConfig, type Project } from "./project";
import { Program } from "./program";
import { DYNAMIC_PACKAGE, ProviderRegistry } from "./provider/registry";
import { Refresh } from "./refresh";
import { Removal } from "./removal";
import { layoutOf, Stack } from "./stack";
import { dependenciesOf, type ResourceState, type Snapshot } from "./state";
import { isProviderType, isStackType, makeUrn } from "./urn";

export type OperationKind = "preview" | "up" | "refresh" | "destroy";

export interface OperationOptions {
    kind: OperationKind;
    projectDir: string;
    stack: string;
    /** URNs; empty for all resources. */
    targets: string[];
    /** Steps at a time. */
    parallel: number;
    /** Directory of a policy pack that preview and up must comply with. */
    policyPack?: string;
    write: (event: EngineEvent) => void;
}

/** One preview, up, refresh or destroy of one stack. */
export class Operation {
    private readonly events: EventStream;
    private readonly abort = new AbortController();
    private readonly started = Date.now();
    private executor?: Executor;
    private lock?: StackLock;
    private policies?: PolicyPack;
    private interrupted = false;

    constructor(private readonly options: OperationOptions) {
        this.events = new EventStream(options.write);
    }

    /** Begins nothing more; what is under way goes on to its end and is recorded. */
    interrupt(): void {
        this.interrupted = true;
        this.executor?.stop();
    }

    /** Everything stops at once: what was under way is on record as such. */
    kill(): void {
        this.abort.abort();
        endAll();
        this.lock?.release();
    }

    /**
     * @returns the exit status: 0 done, 1 failed, 130 interrupted
     * @throws Error for what stands in the way of a beginning, such as a lock or a wrong passphrase
     */
    async run(): Promise<number> {
        const project = readProject(this.options.projectDir, this.options.stack);
        if (this.options.kind !== "preview") this.lock = await StackLock.take(layoutOf(project).locks);
        try {
            return await this.runLocked(project, this.lock);
        } finally {
            this.lock?.release();
        }
    }

    private async runLocked(project: Project, lock: StackLock | undefined): Promise<number> {
        const { kind } = this.options;
        const checkpoint = readCheckpoint(layoutOf(project).checkpoint);
        if (!checkpoint && (kind === "refresh" || kind === "destroy")) {
            this.events.diagnostic("info", `Stack ${project.stack} was never made: there is nothing to ${kind}.`);
            this.summarize({}, "succeeded");
            return 0;
        }
        const { state: crypter, config: configCrypter, notice } = Stack.crypters(project, checkpoint);
        if (notice) this.events.diagnostic("info", notice);
        const config = await openConfig(project.config, configCrypter);
        this.events.send({ preludeEvent: { config: blindConfig(config) } });

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
        const snapshot: { current?: Snapshot } = {};
        const registry = new ProviderRegistry({
            projectDir: project.dir,
            project: project.name,
            engine,
            abort: this.abort.signal,
            state: (urn) => snapshot.current?.current(urn),
            log: (line, urn) => this.events.diagnostic("info#err", line, urn),
        });
        let program: Program | undefined;
        try {
            // It takes longer to start than the state to read: it starts first.
            if (kind === "up" || kind === "preview") {
                program = this.startProgram(project, config, { ...monitorMethods(host), ...engine });
                this.loadPolicies();
            }
            const types = checkpoint?.latest?.resources?.map(({ type }) => type);
            const looks = kind === "refresh" || kind === "destroy";
            // The process of dynamic resources, which an up needs only for what changes, and a preview never.
            if (looks && types?.some((type) => type.startsWith(`${DYNAMIC_PACKAGE}:`))) void registry.startDynamic();
            if (kind === "up" && !types) void registry.startDynamic();

            const stack = await Stack.open(project, lock, checkpoint, await crypter);
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
            program?.stop();
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

    private startProgram(project: Project, config: PlainConfig, methods: Methods): Program {
        const { stack, name } = project;
        const root = makeUrn(stack, name, undefined, "pulumi:pulumi:Stack", `${name}-${stack}`);
        return new Program(project, {
            methods,
            preview: this.options.kind === "preview",
            parallel: this.options.parallel,
            config,
            onLine: (stream, line) => this.events.diagnostic(stream === "stdout" ? "info" : "info#err", line, root),
        });
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
        const { policyPack, projectDir } = this.options;
        if (policyPack) this.policies = new PolicyPack(path.resolve(projectDir, policyPack), this.events);
    }

    /** The stack as a whole; what a preview found wrong with single resources counts as well. */
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
                    startTime: Math.floor(this.started / 1000),
                    endTime,
                    result: result() === "succeeded" ? "succeeded" : "failed",
                    resourceChanges: executor.changes,
                });
            }
        } catch (error) {
            // A full disk has been told of already by what failed for it.
            if (!executor.failed) executor.fail(error as Error);
        }
        this.summarize(executor.changes, result());
        return this.interrupted ? 130 : executor.failed ? 1 : 0;
    }

    private summarize(resourceChanges: SummaryEvent["resourceChanges"], result: SummaryEvent["result"]): void {
        this.events.send({
            summaryEvent: {
                maybeCorrupt: false,
                durationSeconds: Math.round((Date.now() - this.started) / 1000),
                resourceChanges,
                PolicyPacks: {},
                isPreview: this.options.kind === "preview",
                result,
            },
        });
        this.events.send({ cancelEvent: {} });
    }
}

/** What would be left without something that it depends on, itself or through others, in the order of the state. */
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

function blindConfig({ values, secretKeys }: PlainConfig): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, secretKeys.includes(key) ? "[secret]" : value]),
    );
}
