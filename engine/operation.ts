import { readCheckpoint } from "./backend/checkpoint";
import { StackLock } from "./backend/lock";
import { endAll } from "./children";
import type { Course } from "./course";
import { EventStream, type EngineEvent } from "./events";
import { openConfig, readProject, type PlainConfig, type Project } from "./project";
import { Program } from "./program";
import type { OperationRequest } from "./request";
import { layoutOf, Stack } from "./stack";
import { makeUrn } from "./urn";

export interface OperationOptions extends OperationRequest {
    projectDir: string;
    stack: string;
    write: (event: EngineEvent) => void;
}

/** One preview, up, refresh or destroy of one stack. */
export class Operation {
    private readonly events: EventStream;
    private readonly abort = new AbortController();
    private readonly started = Date.now();
    private lock?: StackLock;
    private course?: Course;
    private interrupted = false;

    constructor(private readonly options: OperationOptions) {
        this.events = new EventStream(options.write);
    }

    /** Starts nothing more; steps in progress finish and are recorded. */
    interrupt(): void {
        this.interrupted = true;
        this.course?.interrupt();
    }

    /** Everything stops at once; steps in progress stay recorded as such. */
    kill(): void {
        this.abort.abort();
        endAll();
        this.lock?.release();
    }

    /**
     * @returns the exit status: 0 done, 1 failed, 130 interrupted
     * @throws Error if the operation can't start, for example because of a lock or a wrong passphrase
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
        const { kind, targets, parallel, policyPack } = this.options;
        const { started, events } = this;
        const checkpoint = readCheckpoint(layoutOf(project).checkpoint);
        if (!checkpoint && (kind === "refresh" || kind === "destroy")) {
            events.diagnostic("info", `Stack ${project.stack} was never made: there is nothing to ${kind}.`);
            events.summary({ resourceChanges: {}, isPreview: false, result: "succeeded", started });
            return 0;
        }
        const { state: crypter, config: configCrypter, notice } = Stack.crypters(project, checkpoint);
        if (notice) events.diagnostic("info", notice);
        const config = await openConfig(project.config, configCrypter);
        events.send({ preludeEvent: { config: blindConfig(config) } });

        const program = kind === "up" || kind === "preview" ? this.startProgram(project, config) : undefined;
        try {
            // Loaded while the program loads itself: these two take the most time in a run that changes nothing.
            const { Course } = await import("./course");
            const abort = this.abort.signal;
            const what = { kind, targets, parallel, policyPack, project, config };
            this.course = new Course({ ...what, events, lock, checkpoint, crypter, program, abort, started });
            if (this.interrupted) this.course.interrupt();
            return await this.course.run();
        } finally {
            program?.stop();
        }
    }

    private startProgram(project: Project, config: PlainConfig): Program {
        const { stack, name } = project;
        const root = makeUrn(stack, name, undefined, "pulumi:pulumi:Stack", `${name}-${stack}`);
        return new Program(project, {
            preview: this.options.kind === "preview",
            parallel: this.options.parallel,
            config,
            onLine: (stream, line) => this.events.diagnostic(stream === "stdout" ? "info" : "info#err", line, root),
        });
    }
}

function blindConfig({ values, secretKeys }: PlainConfig): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, secretKeys.includes(key) ? "[secret]" : value]),
    );
}
