import * as fs from "node:fs";
import * as path from "node:path";
import { stateDir } from "../../paths";

/** Number of logs kept; a new log replaces the oldest. */
const kept = 30;

/** A new file in the folder of logs, named after its subject and start time. */
export function newLog(name: string, extension: string): string {
    const dir = path.join(stateDir(), "logs");
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    const older = fs
        .readdirSync(dir)
        .map((file) => path.join(dir, file))
        .map((file) => ({ file, modified: fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
        .sort((a, b) => b.modified - a.modified);
    for (const { file } of older.slice(kept - 1)) fs.rmSync(file, { force: true });
    const time = new Date().toISOString().replace(/[:.]/g, "-");
    const file = path.join(dir, `${name}-${time}-${process.pid}.${extension}`);
    fs.writeFileSync(file, "", { mode: 0o600 });
    return file;
}
