import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { changes, consequences } from "../../stack/changes";

describe("what docs/operating.md says of changes", () => {
    it("is said of every template and every layer of an image, and of nothing else", () => {
        expect([...consequences().keys()].sort()).toEqual(
            changes()
                .map(({ name }) => name)
                .sort(),
        );
    });
});

describe("a harmless change", () => {
    it.each(changes().map((change) => [change.name, change] as const))(
        "of %s is one line more, or part of one",
        (_, change) => {
            const before = fs.readFileSync(path.join(projectDir, change.file), "utf8");
            const after = change.edit(before);
            expect(after).not.toBe(before);
            const added = after.split("\n").length - before.split("\n").length;
            expect(added).toBe(change.file.endsWith(".ts") ? 0 : 1);
        },
    );
});
