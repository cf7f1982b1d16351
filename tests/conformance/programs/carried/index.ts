import { at, stage, Thing } from "../thing";

// The host is replaced: deleted before (2), deleted after (3). What goes with it says of itself that nothing has changed.
const host = new Thing("host", { kind: at("one", "two", "three") }, { deleteBeforeReplace: stage === 2 });
const withHost = new Thing("with-host", { value: "same" }, { deletedWith: host });
new Thing("with-both", { value: "same" }, { deletedWith: withHost });
