import { at, stage, Thing } from "../thing";

const value = at("one", "two");
const first = new Thing("first", { value });
const second = new Thing("second", { value: first.value });
new Thing("third", { value: second.value });
new Thing("other", { value });
if (stage >= 2) new Thing("new");
if (stage < 3) new Thing("unwanted");
