import { config, Thing } from "../thing";

const slow = config.getNumber("slow") ?? 0;
const first = new Thing("first", { value: 1 });
const second = new Thing("second", { value: 2, slow }, { dependsOn: first });
new Thing("third", { value: 3 }, { dependsOn: second });
