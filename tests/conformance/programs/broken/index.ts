import { RunError } from "@pulumi/pulumi";
import { stage, Thing } from "../thing";

const first = new Thing("first");
if (stage > 1) {
    first.path.apply(() => {
        if (stage === 2) throw new RunError("the program found something wrong");
        throw new Error("the program has a fault");
    });
}
