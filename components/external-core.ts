import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { VaultLogin } from "../providers/vault-login/resource";
import type { CoreAccess } from "./core-access";

/** External servers; of the two ways to log in to Vault, exactly one is given. */
export interface ExternalCoreArgs {
    vaultAddress: string;
    /** Files with CA certificates (PEM). */
    vaultCaFile: string;
    postgresCaFile: string;
    vaultToken?: pulumi.Output<string>;
    /** Login at the auth method `approle`. */
    vaultLogin?: { roleId: pulumi.Output<string>; secretId: pulumi.Output<string> };
    postgresHost: string;
    postgresPort: number;
    postgresUser: string;
    postgresPassword: pulumi.Output<string>;
}

/** A value that is not supplied yet is empty: a preview continues with an unknown value, and contacts no server. */
export const supplied = (value: string): pulumi.Output<string> =>
    value ? pulumi.output(value) : (pulumi.output(pulumi.unknown) as pulumi.Output<string>);

/** Access to existing servers; creates nothing except, with an AppRole, a token. */
export function externalCore(parent: pulumi.Resource, name: string, args: ExternalCoreArgs): CoreAccess {
    const read = (file: string) => supplied(file).apply((known) => fs.readFileSync(known, "utf8"));
    const address = supplied(args.vaultAddress);
    const ca = read(args.vaultCaFile);
    const token =
        args.vaultToken ??
        new VaultLogin(
            `${name}-login`,
            {
                address,
                ca,
                mount: "approle",
                roleId: args.vaultLogin?.roleId ?? "",
                secretId: args.vaultLogin?.secretId ?? "",
            },
            { parent },
        ).token;
    return {
        vault: { address, caFile: supplied(args.vaultCaFile), ca, token: pulumi.secret(token) },
        postgres: {
            host: supplied(args.postgresHost),
            port: pulumi.output(args.postgresPort),
            user: pulumi.output(args.postgresUser),
            password: pulumi.secret(args.postgresPassword),
            caFile: supplied(args.postgresCaFile),
            ca: read(args.postgresCaFile),
        },
        versions: pulumi.output<Record<string, string>>({}),
    };
}
