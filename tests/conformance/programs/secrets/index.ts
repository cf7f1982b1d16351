import * as pulumi from "@pulumi/pulumi";
import { at, config, Thing } from "../thing";

const pin = config.requireSecret("pin");
const thing = new Thing("sealed", { pin, value: at({ open: "a", shut: pin }, { open: "b", shut: pin }) });
const named = new Thing("named", { value: "x" }, { additionalSecretOutputs: ["token", "size"] });
new Thing("copies", { value: named.token, pin: pulumi.secret("constant") });
new Thing("whole", { value: pulumi.secret({ list: [1, "two", { three: null }] }) });

export const token = named.token;
export const openSize = thing.size;
export const mixed = { plain: 1, secret: pin };
export const text = pulumi.interpolate`pin ${pin}`;
