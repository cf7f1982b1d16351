import { validateConfig } from "../../../config/validate";
import { projectSchema } from "../../../config/stack";

const checked = (edge: unknown) => validateConfig(projectSchema(), { "voip-stack:edge": edge }, ".");

describe("the edge", () => {
    it("refuses SIP without TLS by default", () => {
        for (const edge of [{}, { plainSip: "refuse" }]) {
            expect(checked(edge)).toMatchObject({ config: { edge: { plainSip: "refuse" } } });
        }
    });

    it.each(["drop", "allow"])("may be told to %s it", (plainSip) => {
        expect(checked({ plainSip })).toMatchObject({ config: { edge: { plainSip } } });
    });

    it.each([
        [{ plainSip: "yes" }, 'voip-stack:edge.plainSip is "yes": allowed are refuse, drop, allow.'],
        [{ plainSIP: "drop" }, 'voip-stack:edge.plainSIP is "drop": no such setting, the nearest is plainSip.'],
    ])("is refused with one sentence: %j", (edge, sentence) => {
        expect(checked(edge)).toEqual({ problems: [sentence] });
    });

    const limits = { callsAtOnce: 10, callsPerMinute: 60, minutesPerCall: 240, minutesPerDay: 6000, costPerDay: 20 };

    it("limits every account, and some otherwise", () => {
        expect(checked({})).toMatchObject({ config: { edge: { limits, accounts: {}, allow: [], banMinutes: 10 } } });
        const given = { limits: { callsAtOnce: 2 }, accounts: { 1004: { costPerDay: 0.5 } } };
        expect(checked(given)).toMatchObject({
            config: {
                edge: {
                    limits: { ...limits, callsAtOnce: 2 },
                    accounts: { "1004": { ...limits, callsAtOnce: 2, costPerDay: 0.5 } },
                },
            },
        });
    });

    it("has the rates with the longest prefix first, and addresses as networks", () => {
        const given = { rates: { "+": 1, "+49": 0.1 }, allow: ["192.0.2.0/24", "198.51.100.7"], forbidden: ["00"] };
        expect(checked(given)).toMatchObject({
            config: {
                edge: {
                    rates: [
                        { prefix: "+49", perMinute: 0.1 },
                        { prefix: "+", perMinute: 1 },
                    ],
                    allow: ["192.0.2.0/24", "198.51.100.7/32"],
                    forbidden: ["00"],
                },
            },
        });
    });

    const amounts = "allowed is a number from 0 to 1000000.";
    const prefixes = "allowed are prefixes of 1 to 32 digits, *, # or +";
    it.each([
        [{ limits: 3 }, `limits is 3: allowed is a map of ${Object.keys(limits).join(", ")}.`],
        [{ limits: { calls: 3 } }, "limits.calls is 3: no such setting, the nearest is callsAtOnce."],
        [{ limits: { callsAtOnce: 0 } }, "limits.callsAtOnce is 0: allowed is a whole number from 1 to 10000."],
        [
            { limits: { minutesPerCall: 1441 } },
            "limits.minutesPerCall is 1441: allowed is a whole number from 1 to 1440.",
        ],
        [{ limits: { costPerDay: -1 } }, `limits.costPerDay is -1: ${amounts}`],
        [{ limits: { costPerDay: "1" } }, `limits.costPerDay is "1": ${amounts}`],
        [{ accounts: [] }, "accounts is []: allowed is a map of limits by extension."],
        [{ accounts: { 1999: {} } }, "accounts.1999 is {}: no such extension in voip-stack:extensions."],
        [
            { accounts: { 1001: { callsPerMinute: 1.5 } } },
            "accounts.1001.callsPerMinute is 1.5: allowed is a whole number from 1 to 100000.",
        ],
        [{ forbidden: "00" }, 'forbidden is "00": allowed is a list: prefixes of 1 to 32 digits, *, # or +.'],
        [{ forbidden: ["00", 0] }, `forbidden[1] is 0: ${prefixes}, in quotes.`],
        [{ forbidden: ["0a"] }, `forbidden[0] is "0a": ${prefixes}, in quotes.`],
        [{ rates: [1] }, "rates is [1]: allowed is a map of costs per minute by prefix."],
        [{ rates: { x: 1 } }, `rates.x is 1: ${prefixes}.`],
        [{ rates: { "00": "much" } }, `rates.00 is "much": ${amounts}`],
        [
            { allow: ["192.0.2.1/24"] },
            'allow[0] is "192.0.2.1/24": allowed are IPv4 addresses, and networks such as 192.0.2.0/24, in quotes.',
        ],
        [{ banMinutes: 0 }, "banMinutes is 0: allowed is a whole number from 1 to 10080 minutes."],
    ])("refuses %j with one sentence", (edge, sentence) => {
        expect(checked(edge)).toEqual({ problems: [`voip-stack:edge.${sentence}`] });
    });

    const inValkey = "the proxies count it in Valkey, which external core services do not have; leave it out.";
    it.each([
        [{ limits: { callsAtOnce: 2 } }, `limits.callsAtOnce is 2: ${inValkey}`],
        [{ accounts: { 1001: { minutesPerDay: 60 } } }, `accounts.1001.minutesPerDay is 60: ${inValkey}`],
        [{ limits: { costPerDay: 1 } }, `limits.costPerDay is 1: ${inValkey}`],
        [{ rates: { "00": 1 } }, `rates is {"00":1}: ${inValkey}`],
    ])("promises no limit that external core services can't hold: %j", (edge, sentence) => {
        const external = { "voip-stack:core": "external", "voip-stack:lab": "false", "voip-stack:edge": edge };
        const result = validateConfig(projectSchema(), external, ".");
        expect(result).toMatchObject({ problems: expect.arrayContaining([`voip-stack:edge.${sentence}`]) as string[] });
    });

    it("has the other limits with external core services", () => {
        const edge = { limits: { callsPerMinute: 5, minutesPerCall: 60 }, forbidden: ["00"] };
        const external = { "voip-stack:core": "external", "voip-stack:lab": "false", "voip-stack:edge": edge };
        expect(validateConfig(projectSchema(), external, ".")).toMatchObject({
            config: { edge: { limits: { callsPerMinute: 5, minutesPerCall: 60 }, forbidden: ["00"] } },
        });
    });
});
