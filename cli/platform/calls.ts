import { inContainer } from "../../services/container";

/** Shell command on a PBX that prints its channels. */
export const channelsCommand = `sudo ${inContainer("asterisk", "asterisk -rx 'core show channels concise'")}`;

/** A call in Asterisk: the leg that runs the dial plan, not the legs that it dialled. */
export interface CallUp {
    /** Asterisk's unique id of the channel. */
    id: string;
    channel: string;
    /** Number of the caller. */
    from: string;
}

const applicationOfDialledLegs = "AppDial";

/**
 * Parses `core show channels concise`: fields separated by `!`, the unique id last (Asterisk, main/cli.c).
 * @returns the answered calls
 */
export function parseCalls(text: string): CallUp[] {
    return text
        .split("\n")
        .map((line) => line.trim().split("!"))
        .filter((fields) => fields.length > 10 && fields[4] === "Up" && fields[5] !== applicationOfDialledLegs)
        .map((fields) => ({ channel: fields[0], id: fields[fields.length - 1], from: fields[7] }));
}

/** ITU-T Q.850 causes of a call that a party or the dial plan ended normally; 0 is a party's BYE, which gives no cause. */
const normalCauses = new Set([0, 16, 17, 18, 19, 21]);

/** The ids of calls that ended normally, from the line that the dial plan logs at the end of each: `call ID ended, cause N`. */
export function parseEnds(log: string): Set<string> {
    const ends = [...log.matchAll(/call (\S+) ended, cause (\d+)/g)];
    return new Set(ends.filter(([, , cause]) => normalCauses.has(Number(cause))).map(([, id]) => id));
}

/** Calls that were up before, are not up after, and did not end normally. */
export function droppedCalls(before: CallUp[], after: CallUp[], ended: Set<string>): CallUp[] {
    const stillUp = new Set(after.map(({ id }) => id));
    return before.filter(({ id }) => !stillUp.has(id) && !ended.has(id));
}
