import { waitFor } from "../../process/wait";
import type { Change } from "./changes";
import type { Checkout } from "./checkout";
import { callsUp, Load } from "./load";
import type { Summary } from "./platform";

/** Calls that are up while something is changed. */
const calls = 2;
const busy = { calls, newCallsPerSecond: 0, registrationsPerSecond: 0, tlsPhones: 0 };

type Counts = Pick<Summary, "created" | "updated" | "replaced" | "deleted">;

/** What came of a change, and of taking it back. */
export interface Outcome {
    change: string;
    /** What `up` did. */
    did: Counts;
    /** What the next one would have done. */
    left: Counts;
    /** Whether the calls that were up before still were, with the sound of each, and how long that paused at most. */
    calls: "stay" | "end";
    gapSeconds: number;
    lost: number;
    /** Whether a call that was made then was answered. */
    answered: boolean;
    seconds: number;
    didBack: Counts;
    leftBack: Counts;
    secondsBack: number;
}

const countsOf = ({ created, updated, replaced, deleted }: Summary): Counts => ({
    created,
    updated,
    replaced,
    deleted,
});

async function converge(checkout: Checkout): Promise<{ did: Counts; left: Counts; seconds: number }> {
    const start = performance.now();
    const did = countsOf(await checkout.voipJson<Summary>("up", "--yes"));
    const seconds = Math.round((performance.now() - start) / 1000);
    return { did, left: countsOf(await checkout.voipJson<Summary>("preview")), seconds };
}

/** What the callers heard; nothing when a call is no longer up. */
async function heardBy(load: Load): Promise<{ gapSeconds: number; lost: number } | undefined> {
    if ((await callsUp()) < calls) {
        await load.abandon();
        return undefined;
    }
    const heard = (await load.end()).heard.filter(({ seconds }) => seconds > 5);
    if (heard.length < calls) return undefined;
    const most = (figure: "gapSeconds" | "lost"): number => Math.max(...heard.map((stream) => stream[figure]));
    return { gapSeconds: most("gapSeconds"), lost: most("lost") };
}

/** Makes a change on a platform with calls up, and takes it back. The calls are those of the change, not of its end. */
export async function play(change: Change, checkout: Checkout): Promise<Outcome> {
    const load = await Load.start(busy);
    try {
        checkout.change(change.file, change.edit);
        const there = await converge(checkout);
        const heard = await heardBy(load);
        await waitFor("./voip status to find nothing wrong", () => checkout.voipJson("status"), {
            deadlineMs: 120_000,
        });
        const { answered } = await checkout.voipJson<{ answered: boolean }>("call", "--seconds", "1");
        checkout.restore();
        const back = await converge(checkout);
        return {
            change: change.name,
            ...there,
            calls: heard && heard.gapSeconds === 0 ? "stay" : "end",
            gapSeconds: heard?.gapSeconds ?? 0,
            lost: heard?.lost ?? 0,
            answered,
            didBack: back.did,
            leftBack: back.left,
            secondsBack: back.seconds,
        };
    } finally {
        checkout.restore();
        await load.abandon();
    }
}

const counted = ({ created, updated, replaced, deleted }: Counts): string =>
    [`${updated} updated`, `${replaced} replaced`, created && `${created} created`, deleted && `${deleted} deleted`]
        .filter(Boolean)
        .join(", ");

/** One line of the table of outcomes. */
export const outcomeRow = (outcome: Outcome): string[] => [
    outcome.change,
    counted(outcome.did),
    outcome.calls === "stay" ? "stay" : outcome.gapSeconds ? `silent ${outcome.gapSeconds.toFixed(1)} s` : "end",
    String(outcome.lost),
    `${outcome.seconds} s`,
    counted(outcome.didBack),
    `${outcome.secondsBack} s`,
];

export const outcomeHeads = ["change", "up", "calls", "lost", "time", "back", "time"];
