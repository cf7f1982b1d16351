import { splitMessages } from "../sipp/messages";
import { testPhones } from "../stack/phones";
import { broughtUp, outputs } from "../stack/platform";

describe("the proxy", () => {
    beforeAll(broughtUp);

    it("passes on no response to a request that it did not send", async () => {
        const [phone] = await testPhones();
        const { status } = await phone.call("stray-responses", "", { callee: undefined, password: undefined });
        expect(status).toBe(200);
    });

    it("directs audio to the media server, also by an answer that the PBX repeats", async () => {
        const [phone] = await testPhones();
        const { messages } = await phone.call("uac-late-ack", "*43", { talkMs: 8000 }); // longer than tm's default wt_timer
        const answers = splitMessages(messages).filter((message) =>
            /SIP\/2\.0 200 OK[^]*^CSeq: 2 INVITE/m.test(message),
        );
        expect(answers.length).toBeGreaterThan(3);
        const {
            mediaServers: [{ external }],
        } = await outputs();
        const addresses = answers.map((answer) => /^c=IN IP4 (\S+)/m.exec(answer)?.[1]);
        expect(new Set(addresses)).toEqual(new Set([external]));
    });
});
