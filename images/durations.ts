import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stateDir } from "../paths";

const file = (): string => path.join(stateDir(), "image-durations.json");

/** Seconds that each named step of an image build took the last time on this machine. */
export async function durations(): Promise<Record<string, number>> {
    const text = await fs.readFile(file(), "utf8").catch(() => "{}");
    try {
        return JSON.parse(text) as Record<string, number>;
    } catch {
        return {}; // a run was killed while writing; the figures return with the next builds
    }
}

export async function rememberDuration(step: string, seconds: number): Promise<void> {
    const known = { ...(await durations()), [step]: Math.round(seconds) };
    await fs.mkdir(stateDir(), { recursive: true });
    await fs.writeFile(file(), `${JSON.stringify(known, undefined, 2)}\n`);
}
