import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withFileLock } from "../../../process/file-lock";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "file-lock-"));
const file = path.join(dir, "lock");
afterAll(() => fs.rmSync(dir, { recursive: true }));

const isHeld = async (): Promise<boolean> =>
    (await run(["flock", "--nonblock", file, "true"], { okStatus: [0, 1] })).status === 1;

describe("withFileLock", () => {
    it("excludes others during the work, and returns its result", async () => {
        expect(await withFileLock(file, isHeld)).toBe(true);
        expect(await isHeld()).toBe(false);
    });

    it("is released when the work fails", async () => {
        await expect(withFileLock(file, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
        expect(await isHeld()).toBe(false);
    });

    it("waits for its turn", async () => {
        const order: string[] = [];
        let end = () => undefined as void;
        const first = withFileLock(file, () => new Promise<void>((resolve) => (end = resolve)));
        await waitFor("the lock", async () => ((await isHeld()) ? true : undefined), { deadlineMs: 20_000 });
        const second = withFileLock(file, async () => void order.push("second"));
        order.push("first");
        end();
        await Promise.all([first, second]);
        expect(order).toEqual(["first", "second"]);
    });

    it("says that the file can't be locked", async () => {
        const nowhere = path.join(dir, "nowhere", "lock");
        await expect(withFileLock(nowhere, async () => undefined)).rejects.toThrow(nowhere);
    });
});
