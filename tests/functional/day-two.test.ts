import { changeOf, consequences } from "../stack/changes";
import { Checkout } from "../stack/checkout";
import { play } from "../stack/day-two";
import { expectHarmless } from "../stack/harmless";
import { broughtUp } from "../stack/platform";

/** What a service of a VM is configured by, and a layer of an image of the core; all of them are in the soak run. */
const sample = ["configs/asterisk/extensions.conf.mustache", "layer openbao"];

describe("a harmless change on a running platform", () => {
    let checkout: Checkout;
    beforeAll(async () => {
        await broughtUp();
        checkout = Checkout.make();
    });
    afterAll(() => checkout?.remove());

    it.each(sample)("%s: applied and reverted, with the documented effect on calls", async (name) => {
        const outcome = await play(changeOf(name), checkout);
        process.stderr.write(`day two: ${JSON.stringify(outcome)}\n`);
        expectHarmless(outcome, consequences().get(name));
    });
});
