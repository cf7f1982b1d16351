export interface WaitOptions {
    /** Milliseconds until waiting is abandoned. */
    deadlineMs: number;
    /** Milliseconds between two probes; 100 by default. */
    intervalMs?: number;
}

/**
 * Probes until the probe returns a value other than undefined. A probe that throws counts as "not yet".
 * @throws Error naming what was waited for, for how long, and what was last seen.
 */
export async function waitFor<T>(
    what: string,
    probe: () => Promise<T | undefined> | T | undefined,
    options: WaitOptions,
): Promise<T> {
    const start = Date.now();
    let seen = "nothing";
    for (;;) {
        try {
            const value = await probe();
            if (value !== undefined) return value;
        } catch (error) {
            seen = error instanceof Error ? error.message : String(error);
        }
        if (Date.now() - start >= options.deadlineMs) {
            throw new Error(`waited ${Math.round(options.deadlineMs / 1000)} s for ${what}; last seen: ${seen}`);
        }
        await new Promise((wake) => setTimeout(wake, options.intervalMs ?? 100));
    }
}
