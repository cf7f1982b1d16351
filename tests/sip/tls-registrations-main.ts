import { createInterface } from "node:readline";
import { TlsRegistration, type TlsPhone } from "./tls-registration";

/**
 * Runs in the phones' network. The first line of standard input has the phones as JSON; each line after it asks for a check:
 * every phone registers again over the connection that it has, and a line of JSON tells how that went.
 */
async function main(): Promise<void> {
    let held: TlsRegistration[] | undefined;
    for await (const line of createInterface({ input: process.stdin })) {
        held ??= await Promise.all((JSON.parse(line) as TlsPhone[]).map((phone) => TlsRegistration.open(phone)));
        const again = await Promise.allSettled(held.map((registration) => registration.register()));
        const failures = again.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
        const closed = held.filter((registration) => registration.closed).length;
        process.stdout.write(`${JSON.stringify({ serials: held.map(({ serial }) => serial), closed, failures })}\n`);
    }
    await Promise.all(held?.map((registration) => registration.close()) ?? []);
}

main().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
});
