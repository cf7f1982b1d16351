import * as fs from "node:fs";
import * as path from "node:path";
import { changes, consequences } from "../stack/changes";
import { Checkout } from "../stack/checkout";
import { outcomeHeads, outcomeRow, play, type Outcome } from "../stack/day-two";
import { testRoot } from "../stack/environment";
import { broughtUp } from "../stack/platform";
import { expectHarmless } from "../stack/harmless";
import { table } from "../../cli/render/table";

/** Beside the logs of `./voip`: what is in the tests' own directory goes with them. */
const file = path.join(path.dirname(testRoot), "logs", "soak.txt");

/** @returns what it wrote */
function record(outcomes: Outcome[]): string {
    const text = `${table(outcomeHeads, outcomes.map(outcomeRow))}\n`;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return text;
}

describe("a harmless change on a running platform", () => {
    const outcomes: Outcome[] = [];
    let checkout: Checkout;

    beforeAll(async () => {
        await broughtUp();
        checkout = Checkout.make();
    });

    it.each(changes().map((change) => [change.name, change] as const))("%s", async (name, change) => {
        const outcome = await play(change, checkout);
        outcomes.push(outcome);
        record(outcomes); // also of a run that does not come to its end
        expectHarmless(outcome, consequences().get(name));
    });

    afterAll(() => {
        checkout?.remove();
        if (outcomes.length > 0) process.stdout.write(`${record(outcomes)}also in ${file}\n`);
    });
});
