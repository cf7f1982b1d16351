import { at, Plain, stage, Thing } from "../thing";

const value = at("one", "two");

new Thing("ignoring", { value }, { ignoreChanges: ["value"] });
new Thing("ignoring-all", { value, pin: value }, { ignoreChanges: ["*"] });
new Plain("replacing", { value }, { replaceOnChanges: ["value"] });
new Plain("replacing-all", { value, pin: "same" }, { replaceOnChanges: ["*"] });
new Plain("updating", { value, pin: "same" }, { replaceOnChanges: ["pin"] });
const before = new Thing("deleted-first", { kind: value }, { deleteBeforeReplace: true });
new Thing("dependent", { kind: before.kind }, { deleteBeforeReplace: true });
new Thing("timed", { value: "same" }, { customTimeouts: at({ create: "1m30s", delete: "2h" }, { update: "45s" }) });
if (stage < 3) new Thing("host");
