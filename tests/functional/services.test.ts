import type { RtpStream } from "../audio/rtp";
import { secondsOfSpeech, secondsOfTone } from "../audio/tone";
import { broughtUp, outputs } from "../stack/platform";
import { recorded, testPhones, type TestPhone } from "../stack/phones";

describe("service numbers", () => {
    let alice: TestPhone;
    let bob: TestPhone;
    beforeAll(async () => {
        await broughtUp();
        [alice, bob] = await testPhones();
    });

    /** What `phone` hears while `call` lasts. */
    const heardBy = async (phone: TestPhone, call: () => Promise<unknown>): Promise<RtpStream> =>
        phone.heard(await recorded(call));

    it("*43 sends back what it hears", async () => {
        const echo = await heardBy(alice, () => alice.call("uac-invite", "*43", { tone: 620, talkMs: 5000 }));
        expect(secondsOfTone(echo.samples, 620)).toBeGreaterThan(3);
    });

    it("*60 tells the time", async () => {
        const clock = await heardBy(alice, () => alice.call("uac-invite-bye", "*60", { tone: 620 }));
        expect(secondsOfSpeech(clock.samples, [620])).toBeGreaterThan(2);
    });

    it("a call that nobody answers goes to voicemail, and *98 plays the message back", async () => {
        const greeting = await heardBy(alice, () =>
            bob.answering("uas-noanswer", {}, () =>
                alice.call("uac-invite", bob.user, { tone: 750, talkMs: 20_000, timeoutSeconds: 90 }),
            ),
        );
        expect(secondsOfSpeech(greeting.samples, [750])).toBeGreaterThan(2);

        const { extensions } = await outputs();
        const message = await heardBy(bob, () =>
            bob.call("uac-voicemail", "*98", {
                keys: { pin: extensions[bob.user].voicemailPin },
                talkMs: 25_000,
                timeoutSeconds: 90,
            }),
        );
        expect(secondsOfTone(message.samples, 750)).toBeGreaterThan(3);
    });
});
