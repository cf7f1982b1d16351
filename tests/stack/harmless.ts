import type { Consequence } from "./changes";
import type { Outcome } from "./day-two";

const nothing = { created: 0, updated: 0, replaced: 0, deleted: 0 };

/** What must hold of every harmless change, and what docs/operating.md says of this one. */
export function expectHarmless(outcome: Outcome, documented: Consequence | undefined): void {
    const { did, left, didBack, leftBack, calls, answered } = outcome;
    expect({ left, leftBack }).toEqual({ left: nothing, leftBack: nothing });
    for (const { created, deleted } of [did, didBack]) expect({ created, deleted }).toEqual({ created: 0, deleted: 0 });
    for (const { updated, replaced } of [did, didBack]) expect(updated + replaced).toBeGreaterThan(0);
    expect(answered).toBe(true);
    expect({ calls, change: outcome.change }).toEqual({ calls: documented?.calls, change: outcome.change });
    if (documented?.effect !== "replace") expect(did.replaced).toBe(0);
}
