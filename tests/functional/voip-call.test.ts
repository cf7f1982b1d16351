import { broughtUp } from "../stack/platform";
import { voipFails, voipJson } from "../stack/voip";
import { stack } from "../stack/environment";

interface Side {
    sent: number;
    received: number;
    lost: number;
    jitterMs: number;
    mos: number;
}

interface Call {
    answered: boolean;
    transport: string;
    srtp: boolean;
    setupMs: number;
    seconds: number;
    rtp: { a: Side; b: Side };
    forwarding: { kernelPackets: number; userspacePackets: number };
    path: string[];
}

describe("./voip call", () => {
    beforeAll(() => broughtUp());

    it("makes a real call over TLS and SRTP whose media the kernel forwards", async () => {
        const call = await voipJson<Call>("call", "--from", "1001", "--to", "1002", "--seconds", "10");
        const { a, b } = call.rtp;
        expect(call).toMatchObject({ answered: true, transport: "tls", srtp: true });
        expect(call.seconds).toBeGreaterThanOrEqual(10);
        expect(a.sent).toBeGreaterThan(450);
        expect(b.received).toBeGreaterThanOrEqual(0.98 * a.sent);
        expect(a.received).toBeGreaterThanOrEqual(0.98 * b.sent);
        expect(Math.min(a.mos, b.mos)).toBeGreaterThan(4);
        const { kernelPackets, userspacePackets } = call.forwarding;
        expect(kernelPackets).toBeGreaterThan(900);
        expect(kernelPackets / (kernelPackets + userspacePackets)).toBeGreaterThanOrEqual(0.99);
        expect(call.path).toEqual(expect.arrayContaining(["sip-1", "pbx-1"]));
    });

    it("uses UDP and plain RTP on request", async () => {
        const call = await voipJson<Call>(
            "call",
            "--from",
            "1001",
            "--to",
            "1002",
            "--seconds",
            "3",
            "--transport",
            "udp",
        );
        expect(call).toMatchObject({ answered: true, transport: "udp", srtp: false });
    });

    it("fails when the callee does not exist", async () => {
        const { stdout, stderr } = await voipFails([
            "call",
            "--stack",
            stack,
            "--from",
            "1001",
            "--to",
            "1999",
            "--json",
        ]);
        expect(stderr).toContain("call from 1001 to 1999: not answered: ");
        expect(JSON.parse(stdout)).toMatchObject({ answered: false, reason: expect.stringMatching(/404/) as unknown });
    });
});
