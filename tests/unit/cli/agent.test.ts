import { parseAgent } from "../../../cli/platform/agent";

const said = {
    agent: { state: "unauthenticated", since: 1795370400, detail: "the wrapped secret-id was used already" },
    secrets: [{ name: "kamailio-db", ageSeconds: 61, ttlSeconds: 3600 }],
    certificates: [{ name: "kamailio-cert", expiresAt: "2026-11-22T20:00:42Z", serial: "4F:01" }],
    failures: [{ name: "kamailio-db", detail: "reload failed" }, "asterisk-db: not rendered"],
};

describe("the report of a VM's agent", () => {
    it("is its state, its secrets, its certificates and what failed", () => {
        expect(parseAgent(JSON.stringify(said))).toEqual({
            state: "unauthenticated",
            since: "2026-11-22T18:00:00.000Z",
            detail: "the wrapped secret-id was used already",
            secrets: [{ name: "kamailio-db", ageSeconds: 61, ttlSeconds: 3600 }],
            certificates: [{ name: "kamailio-cert", expiresAt: "2026-11-22T20:00:42.000Z", serial: "4F:01" }],
            failures: ["kamailio-db: reload failed", "asterisk-db: not rendered"],
        });
    });

    it("has no certificates and secrets where there are none", () => {
        expect(parseAgent('{"agent":{"state":"ok"}}')).toEqual({
            state: "ok",
            secrets: [],
            certificates: [],
            failures: [],
        });
    });

    it("is distinguished from an error", () => {
        expect(() => parseAgent("sudo: voip-agent: command not found")).toThrow(
            'voip-agent status did not print JSON, but "sudo: voip-agent: command not found"',
        );
    });
});
