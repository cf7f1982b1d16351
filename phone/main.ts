import { placeCall, type CallJob } from "./call";

/**
 * Runs in the phones' network namespace, where the phones' control ports can be reached: a CallJob as JSON on standard
 * input, its CallReport as JSON on standard output.
 */
async function main(): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    const report = await placeCall(JSON.parse(Buffer.concat(chunks).toString("utf8")) as CallJob);
    process.stdout.write(`${JSON.stringify(report)}\n`);
}

// the phones die with this process; its exit handlers remove their files
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
