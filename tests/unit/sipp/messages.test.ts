import { accepted, realErrors, unfinishedCall } from "../../sipp/messages";

const part = (direction: "sent" | "received", first: string, callId: string): string =>
    [
        "----------------------------------------------- 2026-01-02 03:04:05.678901",
        `UDP message ${direction} [300] bytes :`,
        "",
        first,
        `Call-ID: ${callId}`,
        "",
        "",
    ].join("\n");

const ended = [part("sent", "BYE sip:1001@10.64.0.5 SIP/2.0", "1-a"), part("received", "SIP/2.0 200 OK", "1-a")];
const open = [
    part("sent", "INVITE sip:1001@sip.local SIP/2.0", "2-a"),
    part("received", "SIP/2.0 407 Proxy Authentication Required", "2-a"),
];

describe("messages of sipp", () => {
    it("tells the call that has not ended from others", () => {
        const [invite, challenge] = open;
        expect(unfinishedCall([invite, ...ended, challenge].join(""))).toBe(open.join(""));
    });

    it("finds none where all calls have ended", () => {
        expect(unfinishedCall(ended.join(""))).toBeUndefined();
        expect(unfinishedCall("")).toBeUndefined();
    });

    it("counts the requests that were accepted", () => {
        expect(accepted([...ended, ...open, part("sent", "SIP/2.0 200 OK", "3-a")].join(""))).toBe(1);
    });

    it("distinguishes harmless errors from others", () => {
        const again = (how: string): string =>
            `2026-01-02\t03:04:05.678901\t1767323045.678901: Dead call 1-a (${how}), received 'SIP/2.0 200 OK\nCall-ID: 1-a\n\n'`;
        const failed =
            "2026-01-02\t03:04:06.678901\t1767323046.678901: Aborting call on unexpected message\nSIP/2.0 503 No\n";
        const errors = `The following events occurred:\n${again("successful")}\n${failed}${again("unexpected message")}`;
        expect(realErrors(errors)).toBe(`The following events occurred:\n${failed}${again("unexpected message")}`);
    });
});
