import { run } from "../../process/run";
import type { Datagram } from "../audio/pcap";
import { capture } from "../audio/recorder";
import { enterLab } from "../../lab/lab";
import { stack } from "../stack/environment";
import { FreePhone, type PhoneRequest } from "../stack/exchange";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { headers, statusOf } from "../sip/message";
import { runProgram } from "../../process/program";
import type { IntruderJob, IntruderReport } from "./intruder-main";

const echo = "*43";
/** It speaks by itself. */
const clock = "*60";
const suites = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"] as const;
/** Keys of the length that each suite needs: 30 and 44 bytes (RFC 4568, section 6.2; RFC 7714, section 12). */
const keys = { AES_CM_128_HMAC_SHA1_80: 30, AEAD_AES_256_GCM: 44 };
const crypto = (suite: (typeof suites)[number]): string =>
    `a=crypto:1 ${suite} inline:${Buffer.alloc(keys[suite], 7).toString("base64")}`;

const sdp = (address: string, ...media: string[]): string =>
    ["v=0", `o=- 1 1 IN IP4 ${address}`, "s=-", `c=IN IP4 ${address}`, "t=0 0", ...media, ""].join("\r\n");
const audio = (profile: string, port = 6000): string => `m=audio ${port} ${profile} 8`;

/** In the middle of a body of several parts (RFC 5621). */
const inParts = (body: string): string =>
    [
        "--part",
        "Content-Type: text/plain",
        "",
        "hello",
        "--part",
        "Content-Type: application/sdp",
        "",
        body,
        "--part--",
        "",
    ].join("\r\n");
const parts = "multipart/mixed;boundary=part";

/** The SDP of an answered call. */
const answerOf = (messages: string[]): string =>
    messages.find((message) => statusOf(message) === 200 && headers(message, "CSeq")[0].endsWith("INVITE")) ?? "";

let addresses: string[];
let phone: FreePhone;
beforeAll(async () => {
    await broughtUp();
    addresses = (await outputs()).lab.phoneAddresses;
    phone = new FreePhone("1004", addresses[5], "tls");
});
afterEach(() => phone.forget());

describe("a phone that came by TLS", () => {
    const call = (body: string, type?: string): PhoneRequest => ({ method: "INVITE", to: echo, body, type });

    it("gets 488 for an offer with a stream that is not SRTP", async () => {
        const own = addresses[5];
        const offers = [
            call(sdp(own, audio("RTP/AVP"))),
            call(sdp(own, audio("RTP/AVP"), crypto(suites[0]))),
            call(sdp(own, audio("RTP/SAVP"))),
            call(sdp(own, audio("RTP/SAVP"), crypto(suites[0]), audio("RTP/AVP", 6002))),
            call(sdp(own, audio("RTP/SAVP"), crypto(suites[0]), "m=image 6002 udptl t38")),
            call(inParts(sdp(own, audio("RTP/AVP"))), parts),
            call("neither SDP nor anything else"),
        ];
        expect(await phone.statuses(offers)).toEqual(offers.map(() => 488));
    });

    it.each(suites)("gets SRTP with the suite that it offers: %s", async (suite) => {
        const offer = sdp(addresses[5], audio("RTP/SAVP"), crypto(suite));
        for (const request of [call(offer), call(inParts(offer), parts)]) {
            const [messages] = await phone.exchange([request]);
            expect(answerOf(messages)).toMatch(/^m=audio \d+ RTP\/SAVP 8/m);
            expect(answerOf(messages)).toContain(` ${suite} inline:`);
        }
    });

    it("gets an offer with SRTP when it makes none", async () => {
        const [messages] = await phone.exchange([{ method: "INVITE", to: echo }]);
        expect(answerOf(messages)).toMatch(/^m=audio \d+ RTP\/SAVP /m);
        for (const suite of suites) expect(answerOf(messages)).toContain(` ${suite} inline:`);
    });

    it("agrees on no weak cipher, and on TLS 1.2 and 1.3", async () => {
        const { proxies } = await outputs();
        const handshake = async (...options: string[]): Promise<string> => {
            const to = `${proxies[0].external}:${proxies[0].ports.tls}`;
            const argv = ["openssl", "s_client", "-connect", to, ...options];
            const { stdout } = await run([...enterPhones, ...argv], { input: "", okStatus: [0, 1] });
            return /Cipher is (\S+)/.exec(stdout)?.[1] ?? "(NONE)";
        };
        const weak =
            "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA";
        expect(await handshake("-tls1_2", "-cipher", weak)).toBe("(NONE)");
        expect(await handshake("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")).toBe("(NONE)");
        expect(await handshake("-tls1_2")).toMatch(/GCM|CHACHA20/);
        expect(await handshake("-tls1_3")).toMatch(/^TLS_/);
    });
});

describe("what a phone dials", () => {
    it.each(["h", "_1XXX", "1002%00", "1002%20", "s", "%31002"])("is a number: %s is not found", async (to) => {
        const offer = sdp(addresses[5], audio("RTP/SAVP"), crypto(suites[0]));
        expect(await phone.statuses([{ method: "INVITE", to, body: offer }])).toEqual([404]);
    });
});

describe("a registration", () => {
    it("is for the platform's domain", async () => {
        const register: PhoneRequest = { method: "REGISTER", uri: "sip:another.example.net" };
        expect(await phone.statuses([register, { method: "REGISTER" }])).toEqual([403, 200]);
    });
});

describe("what a phone receives", () => {
    it.each(["udp", "tcp", "tls"] as const)("by %s has no internal address in any header or SDP", async (transport) => {
        const profile = transport === "tls" ? "RTP/SAVP" : "RTP/AVP";
        const media = [audio(profile), ...(transport === "tls" ? [crypto(suites[0])] : [])];
        const [registered, answered, refused] = await new FreePhone("1004", addresses[5], transport).exchange([
            { method: "REGISTER" },
            { method: "INVITE", to: echo, body: sdp(addresses[5], ...media) },
            { method: "INVITE", to: "1999", body: sdp(addresses[5], ...media) },
        ]);
        expect([registered, answered, refused].map((messages) => statusOf(messages.at(-1) ?? ""))).toEqual([
            200, 200, 404,
        ]);
        expect(answered.some((message) => headers(message, "CSeq")[0].endsWith("BYE"))).toBe(true);
        const all = [...registered, ...answered, ...refused].join("\n");
        expect(all).not.toContain("192.168.64.");
    });
});

describe("a challenge", () => {
    it("can be answered once with each count, and an answer that comes again is told that it is stale", async () => {
        const report = await phone.exchange([
            { method: "REGISTER" },
            { method: "REGISTER", reuse: 1 },
            { method: "REGISTER", reuse: 2 },
            { method: "REGISTER", reuse: 2 },
        ]);
        expect(report.map((messages) => statusOf(messages.at(-1) ?? ""))).toEqual([200, 401, 200, 401]);
        expect(headers(report[1].at(-1)!, "WWW-Authenticate")[0]).toContain("stale=true");
        expect(headers(report[0][0], "WWW-Authenticate")[0]).not.toContain("stale");
    });
});

describe("somebody who knows the media port of a running call", () => {
    it("and sends audio to it is not heard, and hears nothing", async () => {
        const { proxies, ca, sipDomain: domain, extensions } = await outputs();
        const [address, intruder] = addresses.slice(5, 7);
        const { external: host, ports } = proxies[0];
        const job: IntruderJob = {
            ...{
                transport: "udp",
                host,
                port: ports.udp,
                address,
                ca,
                domain,
                user: "1004",
                password: extensions["1004"].password,
            },
            ...{ offer: sdp(address, audio("RTP/AVP")), mediaPort: 6000, intruder },
        };
        const report = await runProgram<IntruderReport>("tests/security/intruder-main.ts", job, (argv) => [
            ...enterPhones,
            ...argv,
        ]);
        expect(report).toEqual({ own: expect.any(Number) as number, foreign: 0, stolen: 0 });
        expect(report.own).toBeGreaterThan(300);
    });
});

describe("what a phone makes up", () => {
    const made = [
        "P-Asserted-Identity: <sip:1001@sip.local>",
        "P-Preferred-Identity: <sip:1001@sip.local>",
        "Remote-Party-ID: <sip:1001@sip.local>",
        "Diversion: <sip:made-up@sip.local>",
        "History-Info: <sip:made-up@sip.local>;index=1",
        "Replaces: made-up;to-tag=1;from-tag=2",
        "Join: made-up;to-tag=1;from-tag=2",
        "X-Made-Up: yes",
        "Record-Route: <sip:made-up.example.net;lr>",
        "Route: <sip:made-up.example.net;lr>",
    ];

    /** All datagrams of the internal network while something goes on. */
    async function insideDuring(act: () => Promise<unknown>): Promise<Datagram[]> {
        const captured = await capture(enterLab(stack, []), "br-int");
        await act().finally(() => captured.stop());
        return captured.stop();
    }

    it("of headers that only the platform may set does not reach the PBX", async () => {
        const { pbxs } = await outputs();
        const offer = sdp(addresses[5], audio("RTP/SAVP"), crypto(suites[0]));
        const all = await insideDuring(async () => {
            // longer than tcpdump keeps packets to itself
            const request: PhoneRequest = { method: "INVITE", to: echo, more: made, body: offer, talkMs: 2000 };
            expect(await phone.statuses([request])).toEqual([200]);
        });
        const received = all.filter(
            ({ destination, destinationPort: port }) => destination === pbxs[0].address && port === pbxs[0].port,
        );
        const seen = received.map(({ payload }) => payload.toString()).join("");
        expect(seen).toMatch(/INVITE sip:\*43@/);
        expect(seen).not.toMatch(/made[- ]up/i);
        for (const line of made) expect(seen).not.toContain(line);
    });

    it("of its address, in a Contact, is not where its calls go", async () => {
        const contact = "<sip:1004@192.168.64.1:5432>";
        expect(await phone.statuses([{ method: "REGISTER", contact }])).toEqual([200]);
        const registrations = await onVm("sip-1", "docker exec kamailio kamcmd ul.dump");
        const [, received] = /Address: sip:1004@192\.168\.64\.1:5432[^]*?Received: (\S+)/.exec(registrations) ?? [];
        expect(received).toMatch(new RegExp(`^sip:${addresses[5]}:\\d+;transport=tls$`, "i"));
    });

    it("of its address, in SDP, is not where its audio goes", async () => {
        const { core, mediaServers } = await outputs();
        const offer = sdp(core.postgresHost, audio("RTP/SAVP", core.postgresPort), crypto(suites[0]));
        const all = await insideDuring(async () => {
            const request: PhoneRequest = { method: "INVITE", to: clock, body: offer, talkMs: 3000 };
            expect(await phone.statuses([request])).toEqual([200]);
        });
        const to = (address: string) => all.filter(({ destination }) => destination === address);
        expect(to(mediaServers[0].internal).length).toBeGreaterThan(50); // the clock speaks
        expect(to(core.postgresHost).filter(({ destinationPort }) => destinationPort === core.postgresPort)).toEqual(
            [],
        );
    });
});
