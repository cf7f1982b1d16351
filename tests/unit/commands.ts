import { CommandError, type RunOptions, type RunResult } from "../../process/run";

/** What a command answers: its standard output, or more of its result. */
type Answer = string | Partial<RunResult>;

/**
 * Stands in for `run` (process/run.ts), and so for the programs of a machine: notes down what is run, and answers. What has no answer
 * prints nothing and goes well.
 */
export class Commands {
    /** Command lines in the order in which they were run, each with its words joined by spaces. */
    ran: string[] = [];
    /** What each of them was given. */
    given: RunOptions[] = [];
    private answers: [RegExp, Answer | ((argv: readonly string[]) => Answer | Promise<Answer>)][] = [];

    /** What command lines that match are answered; later answers come before earlier ones. */
    answer(pattern: RegExp, answer: Answer | ((argv: readonly string[]) => Answer | Promise<Answer>)): void {
        this.answers.unshift([pattern, answer]);
    }

    /** Lines that were run since the last time. */
    take(): string[] {
        return this.ran.splice(0);
    }

    reset(): void {
        [this.ran, this.given, this.answers] = [[], [], []];
    }

    async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
        const line = argv.join(" ");
        this.ran.push(line);
        this.given.push(options);
        const answer = this.answers.find(([pattern]) => pattern.test(line))?.[1] ?? "";
        const said = typeof answer === "function" ? await answer(argv) : answer;
        const result = { stdout: "", stderr: "", status: 0, ...(typeof said === "string" ? { stdout: said } : said) };
        if ((options.okStatus ?? [0]).includes(result.status)) return result;
        throw new CommandError(argv, result, `exit status ${result.status}`);
    }
}
