import { secondsOfTone } from "../audio/tone";
import { broughtUp } from "../stack/platform";
import { recordPhones, testPhones } from "../stack/phones";

const calls = 20;

describe("many calls at once", () => {
    it(`sets up ${calls} calls and carries the sound of each`, async () => {
        await broughtUp();
        const [alice] = await testPhones();
        const recorder = await recordPhones();
        const { setupSeconds } = await alice.call("load-test", "*43", {
            tone: 620,
            talkMs: 10_000,
            calls,
            concurrent: calls,
            perSecond: 2,
            timeoutSeconds: 120,
        });
        const streams = (await recorder.stop()).filter(({ destination }) => destination === alice.address);
        expect(setupSeconds).toHaveLength(calls);
        expect(streams).toHaveLength(calls);
        for (const { samples } of streams) expect(secondsOfTone(samples, 620)).toBeGreaterThan(7);
    });
});
