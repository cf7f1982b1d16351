import { config, Thing, type Failure } from "../thing";

const failing = config.get("failing");
const fail = (name: string): Failure | undefined => (failing === name ? config.require<Failure>("how") : undefined);

const first = new Thing("first", { value: config.get("value"), kind: config.get("kind"), fail: fail("first") });
const second = new Thing(
    "second",
    { value: config.get("value"), kind: config.get("kind"), fail: fail("second"), deleteFirst: true },
    { dependsOn: first },
);
if (!config.getBoolean("short")) new Thing("third", { value: second.path, fail: fail("third") });
