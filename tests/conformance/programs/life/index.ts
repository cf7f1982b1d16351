import { at, stage, Thing } from "../thing";

const first = new Thing("first", {
    value: at("one", "two"),
    kind: at("plain", "plain", "fancy", "plain"),
    deleteFirst: stage === 4,
});
const second = new Thing("second", { value: first.value, kind: first.kind });
if (stage < 5) new Thing("extra", { value: 1 }, { dependsOn: second });

export const path = second.path;
export const size = first.size;
export const list = [first.value, { deep: second.size }];
