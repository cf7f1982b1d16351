import { secondsOfTone } from "../audio/tone";
import { outputs, broughtUp } from "../stack/platform";
import { recorded, testPhones, type TestPhone } from "../stack/phones";

describe("a call between two phones", () => {
    let alice: TestPhone;
    let bob: TestPhone;
    beforeAll(async () => {
        await broughtUp();
        [alice, bob] = await testPhones();
    });

    it("carries the sound of each to the other, through the media relay", async () => {
        const streams = await recorded(() =>
            bob.answering("uas-answer", { tone: 880 }, () =>
                alice.call("uac-invite", bob.user, { tone: 440, talkMs: 6000 }),
            ),
        );
        const {
            mediaServers: [media],
        } = await outputs();
        const atBob = bob.heard(streams);
        const atAlice = alice.heard(streams);
        expect(secondsOfTone(atBob.samples, 440)).toBeGreaterThan(4.5);
        expect(secondsOfTone(atAlice.samples, 880)).toBeGreaterThan(4.5);
        expect([atBob.source, atAlice.source]).toEqual([media.external, media.external]);
        for (const { lost, packets } of [atAlice, atBob]) expect(lost / (lost + packets)).toBeLessThan(0.02);
    });

    it("ends when the callee hangs up", async () => {
        const streams = await recorded(() =>
            bob.answering("uas-bye", { tone: 880, talkMs: 2000 }, () => alice.call("uac-invite-bye", bob.user)),
        );
        expect(secondsOfTone(alice.heard(streams).samples, 880)).toBeGreaterThan(0.5);
    });

    it("can be given up while the callee's phone rings", async () => {
        const { status } = await bob.answering("uas-noanswer", {}, () => alice.call("uac-cancel", bob.user));
        expect(status).toBe(487);
    });

    it("is refused with 486 when the callee is busy", async () => {
        const { status } = await bob.answering("uas-busy", {}, () => alice.call("uac-invite-refused", bob.user));
        expect(status).toBe(486);
    });

    it("is refused with 404 when there is no such extension", async () => {
        const { status } = await alice.call("uac-invite-refused", "1999");
        expect(status).toBe(404);
    });
});
