import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./types";

/** The TLS listener on a port, with the content of the files that the configuration names; none without them. */
export function tlsOf({ tls }: StackConfig, port: number | undefined) {
    if (!tls || port === undefined) return undefined;
    return {
        port,
        certificate: fs.readFileSync(tls.certificate, "utf8"),
        privateKey: pulumi.secret(fs.readFileSync(tls.privateKey, "utf8")),
    };
}
