import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A text that changes when the value does, and is secret if the value is. */
export function fingerprint(value: pulumi.Output<unknown>): pulumi.Output<string> {
    return value.apply((known) => createHash("sha256").update(JSON.stringify(known)).digest("hex"));
}
