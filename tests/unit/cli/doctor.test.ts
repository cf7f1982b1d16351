import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { nearestExisting } from "../../../cli/commands/doctor";

test("the disk is looked at where the cache will be, though none of its folders exists yet", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-"));
    expect(nearestExisting(path.join(dir, ".cache", "voip-stack"))).toBe(dir);
    expect(nearestExisting(dir)).toBe(dir);
    fs.rmSync(dir, { recursive: true });
});
