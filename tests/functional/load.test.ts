import { secondsOfTone } from "../audio/tone";
import { broughtUp } from "../stack/platform";
import { recorded, testPhones } from "../stack/phones";

const calls = 10;

describe("many calls at once", () => {
    it(`sets up ${calls} calls and carries the sound of each`, async () => {
        await broughtUp();
        const [alice] = await testPhones();
        const rate = { calls, concurrent: calls, perSecond: 2, timeoutSeconds: 120 };
        let setupSeconds: number[] = [];
        const all = await recorded(async () => {
            ({ setupSeconds } = await alice.call("load-test", "*43", { tone: 620, talkMs: 10_000, ...rate }));
        });
        expect(setupSeconds).toHaveLength(calls);
        const echoes = alice.allHeard(all).filter(({ samples }) => secondsOfTone(samples, 620) > 5);
        expect(echoes).toHaveLength(calls);
    });
});
