import { config, stage, Thing } from "../thing";

const made = new Thing("made", { value: "mine" });
if (stage < 3) {
    const found = new Thing("found", { label: "found" }, { id: `${config.require("directory")}/elsewhere` });
    new Thing("copy", { value: stage === 1 ? "x" : found.id });
}

export const path = made.path;
