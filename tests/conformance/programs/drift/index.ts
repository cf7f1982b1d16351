import { at, stage, Thing } from "../thing";

const changed = new Thing("changed", { value: at("one", "one", "two") });
const vanished = new Thing("vanished", { value: "here" }, { dependsOn: changed });
new Thing("dependent", { value: vanished.path });
new Thing("ignoring", { value: "mine" }, { ignoreChanges: ["value"] });
new Thing("same", { value: "same" });
if (stage === 2) new Thing("added");

export const value = changed.value;
