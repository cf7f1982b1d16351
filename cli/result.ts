/** A command's result: one JSON object for programs, text for people. */
export interface Result {
    facts: Record<string, unknown>;
    text: string;
}

/** A command failed. The message is for a person; it never needs a stack trace. */
export class Failure extends Error {
    readonly facts: Record<string, unknown>;
    readonly log?: string;
    readonly status: number;
    /** Text for a person beside the message, such as a table of states. */
    readonly text?: string;

    /**
     * @param details `facts` go into the JSON object beside `error`; `text` is what standard output shows without --json;
     *   `log` is the path of the full log; `status` is the exit status, 1 by default.
     */
    constructor(
        message: string,
        details: { facts?: Record<string, unknown>; text?: string; log?: string; status?: number } = {},
    ) {
        super(message);
        this.name = "Failure";
        this.facts = details.facts ?? {};
        this.log = details.log;
        this.status = details.status ?? 1;
        this.text = details.text;
    }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs a command and reports: with `json` exactly one object on standard output, on failure too; otherwise text on standard
 * output. Errors go to standard error. Sets the exit status.
 */
export async function report(json: boolean, work: () => Promise<Result>): Promise<void> {
    try {
        const { facts, text } = await work();
        if (json) process.stdout.write(`${JSON.stringify(facts)}\n`);
        else if (text) process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    } catch (error) {
        const failure = error instanceof Failure ? error : new Failure(messageOf(error));
        if (failure.text && !json) process.stdout.write(`${failure.text}\n`);
        process.stderr.write(`error: ${failure.message}\n${failure.log ? `log: ${failure.log}\n` : ""}`);
        const log = failure.log ? { log: failure.log } : {};
        if (json) process.stdout.write(`${JSON.stringify({ ...failure.facts, error: failure.message, ...log })}\n`);
        process.exitCode = failure.status;
    }
}

/** One line of progress or advice, beside the result: on standard error. */
export function note(line: string): void {
    process.stderr.write(`${line}\n`);
}
