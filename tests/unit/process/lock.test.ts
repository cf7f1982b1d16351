import { withLock } from "../../../process/lock";

const turn = (): Promise<void> => new Promise((wake) => setImmediate(wake));

describe("a lock", () => {
    const name = `voip-test-lock-${process.pid}`;

    it("allows one at a time under its name", async () => {
        const done: string[] = [];
        let finish: () => void = () => undefined;
        const first = withLock(name, async () => {
            done.push("first begins");
            await new Promise<void>((resolve) => (finish = resolve));
            done.push("first ends");
        });
        while (done.length === 0) await turn();
        const second = withLock(name, async () => void done.push("second"));
        await withLock(`${name}-other`, async () => void done.push("other"));
        expect(done).toEqual(["first begins", "other"]);
        finish();
        await Promise.all([first, second]);
        expect(done).toEqual(["first begins", "other", "first ends", "second"]);
    });

    it("is released after a failure, passes the error on, and returns the result of the work", async () => {
        await expect(withLock(name, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
        expect(await withLock(name, async () => 7)).toBe(7);
    });
});
