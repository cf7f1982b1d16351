import * as net from "node:net";
import { PhoneControl, readNetstrings } from "../../../phone/control";
import { accountLine, phoneConfig, type PhoneAccount } from "../../../phone/account";
import { parseAudioDebug } from "../../../phone/stream";

const netstring = (value: unknown): string => {
    const text = JSON.stringify(value);
    return `${Buffer.byteLength(text)}:${text},`;
};

describe("netstrings", () => {
    it("are read whole, in whatever pieces they come", () => {
        const bytes = Buffer.from(`${netstring({ a: "ü" })}${netstring([1])}5:ab`);
        for (let cut = 0; cut <= bytes.length; cut++) {
            const first = readNetstrings(bytes.subarray(0, cut));
            const second = readNetstrings(Buffer.concat([first.rest, bytes.subarray(cut)]));
            expect([...first.messages, ...second.messages]).toEqual(['{"a":"ü"}', "[1]"]);
            expect(second.rest.toString()).toBe("5:ab");
        }
    });

    it("are refused when they are none", () => {
        expect(() => readNetstrings(Buffer.from("hello: world"))).toThrow("not a netstring length");
    });
});

describe("the control connection of a phone", () => {
    let server: net.Server;
    let port: number;
    beforeEach(async () => {
        server = net.createServer((socket) => {
            socket.on("data", (chunk) => {
                for (const message of readNetstrings(chunk).messages) {
                    const { command, params, token } = JSON.parse(message);
                    socket.write(netstring({ event: true, type: "CALL_RINGING", param: params }));
                    const ok = command !== "refuse";
                    socket.write(netstring({ response: true, ok, data: ok ? `did ${command}` : "no", token }));
                }
            });
        });
        await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
        port = (server.address() as net.AddressInfo).port;
    });
    afterEach(() => server.close());

    it("answers each command, and keeps events in order", async () => {
        const control = await PhoneControl.connect(port, 1000);
        const answers = await Promise.all([control.command("dial", "1002"), control.command("hangup")]);
        expect(answers).toEqual(["did dial", "did hangup"]);
        expect(control.events.map(({ type, param }) => [type, param])).toEqual([
            ["CALL_RINGING", "1002"],
            ["CALL_RINGING", undefined],
        ]);
        expect(control.last("CALL_CLOSED", "CALL_RINGING")?.param).toBeUndefined();
        control.close();
    });

    it("says which command was refused", async () => {
        const control = await PhoneControl.connect(port, 1000);
        await expect(control.command("refuse")).rejects.toThrow('the phone refused "refuse": no');
        control.close();
    });
});

describe("a phone", () => {
    const account: PhoneAccount = {
        extension: "1001",
        password: "secret",
        domain: "sip.local",
        address: "10.64.0.101",
        proxy: { address: "10.64.0.10", port: 5061, transport: "tls" },
        srtp: true,
        autoAnswer: true,
    };

    it("registers at the proxy by the transport asked for, with SRTP where asked for", () => {
        expect(accountLine(account)).toBe(
            '<sip:1001@sip.local;transport=tls>;auth_user=1001;auth_pass=secret;outbound="sip:10.64.0.10:5061;transport=tls";' +
                "regint=300;audio_codecs=pcma/8000/1;answermode=auto;mediaenc=srtp-mand",
        );
        expect(accountLine({ ...account, srtp: false, autoAnswer: false })).toMatch(/answermode=manual$/);
    });

    it("uses its own address, and no password is in its configuration", () => {
        const config = phoneConfig(account, {
            modulePath: "/m",
            controlPort: 4444,
            recordingDir: "/r",
        });
        expect(config).toMatch(/^net_interface 10\.64\.0\.101$/m);
        expect(config).toMatch(/^sip_listen 10\.64\.0\.101:0$/m);
        expect(config).not.toContain("secret");
    });

    it("tells its counters, of all streams it hears", () => {
        const text = [
            " tx:   encode: PCMA 8000Hz/1ch ptime=20ms S16LE",
            " menc: srtp-mand (secure=yes)",
            "  member 0x0294b0a8: lost=0 Jitter=1.0ms RTT=0.0ms",
            "                 IP=10.99.0.1:29344 psent=250 rcvd=250",
            "  member 0x0294b0a9: lost=0 Jitter=1.0ms RTT=0.0ms",
            "                 IP=10.99.0.1:29344 psent=0 rcvd=7",
            "  TX: packets=251, octets=40000",
        ].join("\n");
        expect(parseAudioDebug(text)).toEqual({ sent: 251, received: 257, secure: true, codec: "PCMA" });
        expect(() => parseAudioDebug("no call")).toThrow("no RTP counters");
    });
});
