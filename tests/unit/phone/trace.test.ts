import * as fs from "node:fs";
import * as path from "node:path";
import { callEvidence, isRegistering, parseTrace, refusal } from "../../../phone/trace";

const recorded = (name: string): string => fs.readFileSync(path.join(__dirname, "fixtures", `${name}.txt`), "utf8");
const caller = parseTrace(recorded("caller"));
const callee = parseTrace(recorded("callee"));

describe("a phone's SIP trace", () => {
    it("holds every message with where it went", () => {
        const flow = caller.map(
            ({ startLine, from, to }) => `${from} ${startLine.split(" ").slice(0, 2).join(" ")} ${to}`,
        );
        expect(flow.slice(0, 5)).toEqual([
            "10.64.0.101 REGISTER sip:sip.local;transport=udp 10.64.0.10",
            "10.64.0.10 SIP/2.0 200 10.64.0.101",
            "10.64.0.101 INVITE sip:1002@sip.local;transport=udp 10.64.0.10",
            "10.64.0.10 SIP/2.0 180 10.64.0.101",
            "10.64.0.10 SIP/2.0 200 10.64.0.101",
        ]);
    });

    it("keeps bodies apart from what follows them in the log", () => {
        const invite = caller.find(({ startLine }) => startLine.startsWith("INVITE"));
        expect(invite?.body).toMatch(/^v=0\n/);
        expect(invite?.body).toMatch(/a=ptime:20/);
        expect(invite?.body).not.toMatch(/SIP\/2\.0|stream:/);
    });

    it("tells which hosts a call passed, from both ends", () => {
        expect(callEvidence(caller, callee)).toEqual({
            transport: "udp",
            addresses: ["10.64.0.10", "10.64.0.102", "10.64.0.10", "10.64.0.101"],
        });
    });

    it("tells what it can of a call that was never answered", () => {
        const unanswered = caller.slice(0, 3);
        expect(callEvidence(unanswered)).toEqual({ transport: "udp", addresses: ["10.64.0.10"] });
        expect(callEvidence([])).toEqual({ transport: undefined, addresses: [] });
    });

    it("tells a refusal, but not a digest challenge", () => {
        const answered = (status: string): typeof caller =>
            parseTrace(
                `#\nUDP 10.64.0.10:5060 -> 10.64.0.101:5060\nSIP/2.0 ${status}\nCSeq: 1 INVITE\nContent-Length: 0\n\n`,
            );
        expect(refusal(answered("486 Busy Here"))).toBe("486 Busy Here");
        expect(refusal(answered("407 Proxy Authentication Required"))).toBeUndefined();
        expect(refusal(caller)).toBeUndefined();
    });

    it("knows when the registration was given up", () => {
        expect(isRegistering(caller)).toBe(false);
        expect(isRegistering(caller.slice(0, 2))).toBe(true);
        expect(isRegistering(caller.slice(0, -1))).toBe(true); // asked for, not yet answered
    });
});
