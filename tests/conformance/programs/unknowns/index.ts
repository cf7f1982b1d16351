import * as pulumi from "@pulumi/pulumi";
import { at, Thing } from "../thing";

const first = new Thing("first", { value: at("one", "two", "two"), kind: at("a", "a", "b") });
const second = new Thing("second", { value: { path: first.path, sizes: [first.size, 7], known: "yes" } });
const third = new Thing("third", { kind: pulumi.interpolate`${second.size}` });
new Thing("fourth", { value: pulumi.secret(third.token) });
if (!pulumi.runtime.isDryRun()) void pulumi.log.info("made for good");

export const joined = pulumi.all([first.path, third.token]).apply((parts) => parts.join());
export const known = first.value;
