import * as fs from "node:fs";
import * as path from "node:path";
import { stateDir } from "../paths";

/** How long each operation took last time, in milliseconds. Only shown to people, never relied on. */
export class Durations {
    private constructor(
        private readonly file: string,
        private readonly known: Record<string, number>,
    ) {}

    static of(stack: string): Durations {
        const file = path.join(stateDir(), `durations-${stack}.json`);
        try {
            return new Durations(file, JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, number>);
        } catch {
            return new Durations(file, {}); // none yet, or unreadable: there is no last time
        }
    }

    lastTime(what: string): number | undefined {
        return this.known[what];
    }

    remember(what: string, milliseconds: number): void {
        this.known[what] = Math.round(milliseconds);
    }

    save(): void {
        fs.mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
        fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.known, null, 2));
        fs.renameSync(`${this.file}.new`, this.file);
    }
}

/** `7.3 s`, `48 s`, `2 min 5 s`. */
export function inWords(milliseconds: number): string {
    const seconds = milliseconds / 1000;
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    if (seconds < 120) return `${Math.round(seconds)} s`;
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
