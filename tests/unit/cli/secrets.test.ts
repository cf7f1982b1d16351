import type { AgentReport } from "../../../cli/platform/agent";
import { secretsStatus, warningSeconds } from "../../../cli/platform/secrets";

const now = Date.parse("2026-11-22T18:00:00Z");
const day = 24 * 3600;
const after = (seconds: number): string => new Date(now + seconds * 1000).toISOString();

const agent = (more: Partial<AgentReport> = {}): AgentReport => ({
    state: "ok",
    certificates: [],
    secrets: [],
    failures: [],
    ...more,
});
const withCertificate = (seconds: number): AgentReport =>
    agent({ certificates: [{ name: "kamailio-cert", expiresAt: after(seconds), serial: "01" }] });
const statusOf = (report: AgentReport | undefined, lifeSeconds = 90 * day) =>
    secretsStatus(new Map([["sip-1", report]]), [], lifeSeconds, now);

describe("the state of the secrets", () => {
    it("lists every certificate and secret with the VM that has it", () => {
        const secrets = [{ name: "kamailio-db", ageSeconds: 5, ttlSeconds: 3600 }];
        const core = [{ name: "openbao", serial: "02", expiresAt: after(60 * day) }];
        const report = { ...withCertificate(80 * day), secrets };
        expect(secretsStatus(new Map([["sip-1", report]]), core, 90 * day, now)).toEqual({
            certificates: [
                { name: "openbao", vm: "core", expiresAt: after(60 * day) },
                { name: "kamailio-cert", vm: "sip-1", expiresAt: after(80 * day) },
            ],
            secrets: [{ name: "kamailio-db", vm: "sip-1", ageSeconds: 5, ttlSeconds: 3600 }],
            warnings: [],
            problems: [],
        });
    });

    it("warns of a certificate that ends within 7 days, and of a short-lived one in proportion", () => {
        expect(statusOf(withCertificate(7 * day + 1)).warnings).toEqual([]);
        expect(statusOf(withCertificate(7 * day - 1)).warnings).toEqual([
            "certificate kamailio-cert of sip-1 ends in 6 days",
        ]);
        expect(warningSeconds(7200)).toBe(560);
        expect(statusOf(withCertificate(561), 7200).warnings).toEqual([]);
        expect(statusOf(withCertificate(559), 7200).warnings).toHaveLength(1);
    });

    it.each([
        [2 * day, "2 days"],
        [2 * day - 1, "47 h"],
        [7200, "2 h"],
        [7199, "7199 s"],
    ])("says when it ends, %i seconds from now, in the largest unit of which there are two", (seconds, words) => {
        expect(statusOf(withCertificate(seconds)).warnings).toEqual([
            `certificate kamailio-cert of sip-1 ends in ${words}`,
        ]);
    });

    it("has a problem with a certificate that has ended", () => {
        expect(statusOf(withCertificate(-1))).toMatchObject({
            warnings: [],
            problems: [`certificate kamailio-cert of sip-1 ended at ${after(-1)}`],
        });
    });

    it("has a problem with an agent that is not well, and with a rotation that failed", () => {
        const report = agent({
            state: "unreachable",
            since: after(-90),
            detail: "connection refused",
            failures: ["x: y"],
        });
        expect(statusOf(report).problems).toEqual([
            `the Vault agent of sip-1 is unreachable since ${after(-90)}: connection refused`,
            "rotation on sip-1 failed: x: y",
        ]);
    });

    it("has a problem with a core service whose certificate can't be seen", () => {
        const core = [{ name: "openbao", serial: "", expiresAt: "", error: "192.168.64.1:8200: connect ECONNREFUSED" }];
        expect(secretsStatus(new Map(), core, day, now)).toMatchObject({
            certificates: [],
            problems: ["certificate of openbao can't be seen at 192.168.64.1:8200: connect ECONNREFUSED"],
        });
    });

    it("leaves out a VM that did not answer, which is reported elsewhere", () => {
        expect(statusOf(undefined).problems).toEqual([]);
    });
});
