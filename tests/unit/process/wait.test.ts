import { waitFor } from "../../../process/wait";

/** Time goes on only by what is waited. */
let now: number;
let pauses: number[];
beforeEach(() => {
    [now, pauses] = [1_000_000, []];
    jest.spyOn(Date, "now").mockImplementation(() => now);
    jest.spyOn(global, "setTimeout").mockImplementation(((wake: () => void, ms: number) => {
        pauses.push(ms);
        now += ms;
        process.nextTick(wake);
    }) as unknown as typeof setTimeout);
});
afterEach(() => jest.restoreAllMocks());

describe("waiting", () => {
    it("ends at once with what the probe finds, were it false or empty", async () => {
        for (const value of [true, false, 0, "", null]) {
            expect(await waitFor("x", () => value, { deadlineMs: 0 })).toBe(value);
        }
        expect(pauses).toEqual([]);
    });

    it("looks every 100 ms, or as often as is asked for", async () => {
        let looks = 0;
        const third = async () => (++looks % 3 === 0 ? looks : undefined);
        expect(await waitFor("x", third, { deadlineMs: 1000 })).toBe(3);
        expect(await waitFor("x", third, { deadlineMs: 1000, intervalMs: 20 })).toBe(6);
        expect(pauses).toEqual([100, 100, 20, 20]);
    });

    it("takes a probe that throws for one that found nothing yet", async () => {
        let looks = 0;
        const second = () => {
            if (++looks < 2) throw new Error("not yet");
            return looks;
        };
        expect(await waitFor("x", second, { deadlineMs: 1000 })).toBe(2);
    });

    it("ends at the deadline, after a last look", async () => {
        let looks = 0;
        const never = () => void looks++;
        await expect(waitFor("the end", never, { deadlineMs: 300 })).rejects.toThrow(
            /^waited 0 s for the end; last seen: nothing$/,
        );
        expect(looks).toBe(4);
    });

    it.each([
        [() => Promise.reject(new Error("no route")), "no route"],
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what other code may do
        [() => Promise.reject("a text"), "a text"],
    ])("says how long, for what, and what was last seen", async (probe, seen) => {
        await expect(waitFor("ssh", probe, { deadlineMs: 1600 })).rejects.toThrow(
            new RegExp(`^waited 2 s for ssh; last seen: ${seen}$`),
        );
    });
});
