import { nodeArgv } from "./node";
import { CommandError, run } from "./run";

/**
 * Runs a file of the checkout as a separate program, in another network: it gets a job as JSON on standard input, where nobody
 * else sees it, and prints its report. It ends with this process, however this ends.
 * @param enter the command line that runs another one in that network; none for the network of this process
 * @throws Error with the program's last output
 */
export async function runProgram<Report>(
    file: string,
    job: unknown,
    enter?: (argv: string[]) => string[],
): Promise<Report> {
    const argv = enter ? ["setpriv", "--pdeathsig", "TERM", ...enter(nodeArgv(file))] : nodeArgv(file);
    const { stdout } = await run(argv, { input: JSON.stringify(job) }).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        throw new Error(error.result.stderr.trim() || `${file}: ${error.reason}`, { cause: error });
    });
    return JSON.parse(stdout) as Report;
}

/** The program's side of `runProgram`: does the job from standard input and prints the report. */
export async function answerJob<Job, Report>(work: (job: Job) => Promise<Report>): Promise<void> {
    // exit handlers then remove what the job has made
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
    try {
        const chunks: Buffer[] = [];
        for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
        const report = await work(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Job);
        process.stdout.write(`${JSON.stringify(report)}\n`);
    } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    }
}
