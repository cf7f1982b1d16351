import * as pulumi from "@pulumi/pulumi";
import type { ExternalCore } from "../config/types";
import type { Ports } from "../services/registry";
import type { CoreServicesArgs } from "./core-services";
import { supplied } from "./external-core";

/** The configuration of external core services. */
export function externalCoreArgs(external: ExternalCore, ports: Ports): CoreServicesArgs {
    const { vaultToken, vaultRoleId, vaultSecretId, postgresPassword, ...plain } = external;
    return {
        external: {
            ...plain,
            postgresPort: ports.postgres,
            postgresPassword: pulumi.secret(supplied(postgresPassword)),
            ...(vaultToken
                ? { vaultToken: pulumi.secret(vaultToken) }
                : { vaultLogin: { roleId: supplied(vaultRoleId), secretId: pulumi.secret(supplied(vaultSecretId)) } }),
        },
    };
}
