import * as fs from "node:fs";
import { run } from "../../process/run";
import { Failure } from "../result";
import { unitFile, unitName } from "./unit";

/** There where systemd is the first process (sd_booted(3)). */
const bootedMark = "/run/systemd/system";

/** @throws Failure if this process may not change the machine's services, or if nothing would start them */
export function requireSystemd(command: string): void {
    const uid = process.getuid?.();
    if (uid !== 0)
        throw new Failure(`${command} changes the machine's services: run it as root, not as user id ${uid}`);
    if (fs.existsSync(bootedMark)) return;
    throw new Failure(
        `${command} needs systemd as the first process of this machine, which it is not (there is no ${bootedMark}): ` +
            "start ./voip up at boot by other means; install-service --print shows what belongs to it",
    );
}

export const isInstalled = (stack: string): boolean => fs.existsSync(unitFile(stack));

/** Writes the unit and enables it, from the next boot on. @throws CommandError, then nothing is left */
export async function enable(stack: string, text: string): Promise<void> {
    const file = unitFile(stack);
    fs.writeFileSync(file, text, { mode: 0o644 });
    try {
        await run(["systemctl", "daemon-reload"]);
        await run(["systemctl", "enable", unitName(stack)]);
    } catch (error) {
        fs.rmSync(file);
        throw error;
    }
}

/** Disables the unit and removes it; what it has started keeps running. */
export async function disable(stack: string): Promise<void> {
    await run(["systemctl", "disable", unitName(stack)]);
    fs.rmSync(unitFile(stack));
    await run(["systemctl", "daemon-reload"]);
}
