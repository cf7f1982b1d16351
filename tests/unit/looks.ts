import type { WaitOptions } from "../../process/wait";

/** In place of process/wait.ts, for jest.mock: looks three times, at once. */
export async function waitFor<T>(
    what: string,
    probe: () => T | Promise<T> | undefined,
    { deadlineMs }: WaitOptions,
): Promise<T> {
    for (let look = 0; look < 3; look++) {
        const value = await probe();
        if (value !== undefined) return value;
    }
    throw new Error(`waited ${deadlineMs} ms for ${what}`);
}
