import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stateDir } from "../../paths";

/** What became of a change, by kind of tests. */
export interface Verdict {
    id: number;
    kind: string;
    /** What noticed it: a test, with its file. */
    noticed?: string;
    /** Test files that ran its token. */
    tests: string[];
}

/** What a run found out so far: one that was cut short goes on from there, as long as no file has changed. */
export class Record {
    private constructor(
        private readonly file: string,
        readonly verdicts: Verdict[],
    ) {}

    /** @param dir the copy of the checkout @param name of the sample */
    static of(dir: string, name: string): Record {
        const hash = createHash("sha256");
        const entries = fs.readdirSync(dir, { recursive: true, withFileTypes: true, encoding: "utf8" });
        const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"));
        for (const file of files.map(({ parentPath, name: base }) => path.join(parentPath, base)).sort())
            hash.update(path.relative(dir, file)).update(fs.readFileSync(file));
        const file = path.join(stateDir(), "mutation", `${name}-${hash.digest("hex").slice(0, 16)}.ndjson`);
        const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
        return new Record(
            file,
            lines.map((line) => JSON.parse(line) as Verdict),
        );
    }

    add(verdict: Verdict): void {
        this.verdicts.push(verdict);
        fs.mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
        fs.appendFileSync(this.file, `${JSON.stringify(verdict)}\n`);
    }
}
