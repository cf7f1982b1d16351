import { at, stage, Thing } from "../thing";

// 1 all there, 2 protected replaced, 3 protected gone, 4 protection lifted, 5 only the host stays, 6 nothing
if (stage < 6) {
    const host = new Thing("host");
    if (stage < 5) {
        if (stage !== 3) new Thing("guarded", { kind: at("plain", "fancy", "", "plain") }, { protect: stage !== 4 });
        new Thing("retained", { kind: at("one", "one", "one", "two") }, { retainOnDelete: true });
        new Thing("with-host", {}, { deletedWith: host });
    }
}
