import * as path from "node:path";
import type { Duplex } from "node:stream";
import { projectDir } from "../paths";
import { leanNode } from "../process/node";
import { end, exitStatus, lines, start, type Child } from "./children";
import { serve } from "./connection";
import type { Methods } from "./methods";
import type { PlainConfig, Project } from "./project";

/** Skips work of the SDK that nobody uses. */
const preload = path.join(projectDir, "process", "embedded-sdk.js");

/** The descriptor of the program's connection to the engine (process/embedded-monitor.js); the SDK requires an address. */
const MONITOR = "fd:3";

/** The program has reported the error itself (sdk/nodejs/cmd/run/index.ts). */
const LOGGED_ERROR = 32;

export interface ProgramOptions {
    preview: boolean;
    parallel: number;
    config: PlainConfig;
    onLine(stream: "stdout" | "stderr", line: string): void;
}

/** The user's program in the SDK's own runner, in a separate process. */
export class Program {
    readonly ended: Promise<number>;
    private readonly child: Child;

    constructor(project: Project, options: ProgramOptions) {
        const argv = [
            ...[...leanNode, "--require", preload],
            ...project.nodeArgs,
            require.resolve("@pulumi/pulumi/cmd/run", { paths: [project.dir] }),
            ...["--monitor", MONITOR, "--engine", MONITOR],
            ...["--organization", "organization", "--project", project.name, "--stack", project.stack],
            ...["--root-directory", project.dir, "--pwd", project.dir, "--parallel", String(options.parallel)],
            ...(options.preview ? ["--dry-run"] : []),
            project.main,
        ];
        this.child = start(argv, {
            cwd: project.dir,
            env: {
                ...process.env,
                PULUMI_CONFIG: JSON.stringify(options.config.values),
                PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.config.secretKeys),
                PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
            },
            connected: true,
        });
        lines(this.child.stdout, (line) => options.onLine("stdout", line));
        lines(this.child.stderr, (line) => options.onLine("stderr", line));
        this.ended = exitStatus(this.child);
    }

    /** Why an exit status means failure, in one sentence; undefined if the program has reported it itself. */
    static reason(status: number): string | undefined {
        return status === LOGGED_ERROR ? undefined : `the program ended with exit status ${status}`;
    }

    /** Answers the program's requests, including those since its start. */
    connect(methods: Methods): void {
        serve(this.child.stdio[3] as Duplex, methods);
    }

    stop(): void {
        end(this.child);
    }
}
