import { parseArgs } from "node:util";
import { endAll } from "./children";
import type { EngineEvent } from "./events";
import { Operation, type OperationOptions } from "./operation";
import type { OperationKind } from "./request";

const KINDS: readonly string[] = ["preview", "up", "refresh", "destroy"];
const USAGE =
    "usage: engine/main.ts preview|up|refresh|destroy --stack NAME [--target URN]... [--parallel N] " +
    "[--policy-pack DIR]";

/**
 * A terminal sends one Ctrl-C to the whole process group: the signal that the parent forwards at the same moment is not a
 * second one.
 */
const SAME_INTERRUPT_MS = 500;

function parsed(argv: string[]) {
    try {
        return parseArgs({
            args: argv,
            allowPositionals: true,
            options: {
                stack: { type: "string" },
                target: { type: "string", multiple: true },
                parallel: { type: "string", default: "16" },
                "policy-pack": { type: "string" },
            },
        });
    } catch (error) {
        const [sentence] = (error as Error).message.split(". ");
        throw new Error(`${sentence}; ${USAGE}`, { cause: error });
    }
}

type Options = Pick<OperationOptions, "kind" | "stack" | "targets" | "parallel" | "policyPack">;

function parse(argv: string[]): Options {
    const { values, positionals } = parsed(argv);
    const parallel = Number(values.parallel);
    if (positionals.length !== 1 || !KINDS.includes(positionals[0]) || !values.stack) throw new Error(USAGE);
    if (!Number.isInteger(parallel) || parallel < 1) {
        throw new Error(`--parallel ${values.parallel}: expected a whole number, 1 or more`);
    }
    const kind = positionals[0] as OperationKind;
    const { stack, target: targets = [], "policy-pack": policyPack } = values;
    return { kind, stack, targets, parallel, policyPack };
}

function handleInterrupts(operation: Operation): void {
    let first: number | undefined;
    const interrupt = (): void => {
        if (first === undefined) {
            first = Date.now();
            operation.interrupt();
        } else if (Date.now() - first > SAME_INTERRUPT_MS) {
            operation.kill();
            process.exit(130);
        }
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
    // Nobody reads the events any more.
    process.stdout.on("error", () => operation.interrupt());
}

const unwritten: string[] = [];

/** Events of the same turn are written together: one write for each would wait for its reader hundreds of times. */
function write(event: EngineEvent): void {
    if (unwritten.push(JSON.stringify(event)) === 1) setImmediate(flush);
}

function flush(): void {
    if (unwritten.length > 0) process.stdout.write(`${unwritten.splice(0).join("\n")}\n`);
}

async function main(): Promise<number> {
    const options = parse(process.argv.slice(2));
    const operation = new Operation({
        ...options,
        projectDir: process.cwd(),
        write,
    });
    handleInterrupts(operation);
    return operation.run();
}

/** Ends when all events are written: Node buffers what a pipe has no room for while its reader is busy, and exit(3) drops it. */
function end(status: number): void {
    flush();
    process.stdout.write("", () => process.exit(status));
}

process.on("exit", flush);
process.on("exit", endAll);
main().then(end, (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
});
