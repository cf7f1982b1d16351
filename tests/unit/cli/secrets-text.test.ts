import { secretsText } from "../../../cli/render/secrets";

const rows = (text: string): string[][] => text.split("\n").map((line) => line.split(/ {2,}/));
const secret = (ageSeconds: number, ttlSeconds: number) => ({ name: "db", vm: "sip-1", ageSeconds, ttlSeconds });

test("certificates, secrets and warnings are told in this order", () => {
    const text = secretsText({
        certificates: [{ name: "kamailio-cert", vm: "sip-1", expiresAt: "2026-11-22T20:00:42.000Z" }],
        secrets: [secret(5, 3600)],
        warnings: ["it ends soon"],
        problems: [],
    });
    expect(rows(text)).toEqual([
        ["CERTIFICATE", "OF", "GOOD UNTIL"],
        ["kamailio-cert", "sip-1", "2026-11-22T20:00:42.000Z"],
        [""],
        ["SECRET", "OF", "AGE", "REPLACED EVERY"],
        ["db", "sip-1", "5 s", "60 min"],
        ["warning: it ends soon"],
    ]);
});

test.each([
    [0, "0 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7199, "119 min"],
    [7200, "2 h"],
    [172_799, "47 h"],
    [172_800, "2 d"],
    [2_592_000, "30 d"],
])("an age of %i seconds is %s: in the largest unit of which there are two", (seconds, words) => {
    const text = secretsText({ certificates: [], secrets: [secret(seconds, 1)], warnings: [], problems: [] });
    expect(rows(text).at(-1)).toEqual(["db", "sip-1", words, "1 s"]);
});

test("a secret that is never replaced says so", () => {
    const text = secretsText({ certificates: [], secrets: [secret(5, 0)], warnings: [], problems: [] });
    expect(rows(text).at(-1)).toEqual(["db", "sip-1", "5 s", "-"]);
});
