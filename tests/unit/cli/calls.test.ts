import { droppedCalls, parseCalls, parseEnds } from "../../../cli/platform/calls";

// as Asterisk 22 prints them: an echo, a call between two phones (the leg that was dialled is the second line), one that rings
const channels = `PJSIP/sip-1-00000001!from-proxy!*43!2!Up!Echo!!1001!!3!12!!pbx-1-1795370442.1
PJSIP/sip-1-00000003!from-proxy!1002!1!Up!AppDial!(Outgoing Line)!1002!!3!9!b7!pbx-1-1795370442.3
PJSIP/sip-1-00000002!extension!1002!1!Up!Dial!PJSIP/1002@sip-1,15!1001!!3!9!b7!pbx-1-1795370442.2
PJSIP/sip-1-00000004!extension!1003!1!Ring!Dial!PJSIP/1003@sip-1,15!1001!!3!2!!pbx-1-1795370442.4
`;

const log = `[2026-11-22 18:00:42.917] NOTICE[68][C-00000001]: Ext. h:1 @ from-proxy: call pbx-1-1795370442.1 ended, cause 16
[2026-11-22 18:00:43.017] NOTICE[69][C-00000002]: Ext. h:1 @ extension: call pbx-1-1795370442.2 ended, cause 38
[2026-11-22 18:00:43.109] NOTICE[70][C-00000003]: Ext. h:1 @ from-proxy: call pbx-1-1795370442.5 ended, cause 0
`;

const up = (...ids: string[]) => ids.map((id) => ({ id, channel: `PJSIP/sip-1-${id}`, from: "1001" }));

describe("the calls of an Asterisk", () => {
    it("are its answered calls, each once, without the legs that it dialled", () => {
        expect(parseCalls(channels.replace("!1001!!3!9", "!1004!!3!9"))).toEqual([
            { id: "pbx-1-1795370442.1", channel: "PJSIP/sip-1-00000001", from: "1001" },
            { id: "pbx-1-1795370442.2", channel: "PJSIP/sip-1-00000002", from: "1004" },
        ]);
    });

    it("are none where it says nothing of calls", () => {
        expect(parseCalls("1795370442\n\nUnable to connect to remote asterisk")).toEqual([]);
    });

    it("ended normally if their cause is a normal one", () => {
        expect([...parseEnds(log)]).toEqual(["pbx-1-1795370442.1", "pbx-1-1795370442.5"]);
    });

    it("were dropped where they are gone and nobody hung up", () => {
        expect(droppedCalls(up("1", "2", "3"), up("2", "4"), new Set(["1"]))).toEqual(up("3"));
    });
});
