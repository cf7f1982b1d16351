import { createHash } from "node:crypto";
import { render } from "../../configs/render";
import { policyNames } from "../policy-names";
import { mounts } from "./mounts";

export interface OpenbaoView {
    /** Where it listens, by TLS. */
    address: string;
    port: number;
    /** Secrets that are made before the server: key of the seal, and the login of provisioning. */
    seal: string;
    roleId: string;
    secretId: string;
}

/** Lifetime in seconds of a token for provisioning that is not renewed: 32 days. */
export const tokenPeriodSeconds = 768 * 3600;

/** The key of OpenBao's seal, AES-256: 32 bytes in hexadecimal. */
const sealKey = (seal: string): string => createHash("sha256").update(seal).digest("hex");
/** Names the key; another key needs another name. */
const sealKeyId = (seal: string): string => createHash("sha256").update(sealKey(seal)).digest("hex").slice(0, 12);

/** role-id of the login that may only write the policy of provisioning; its secret-id is the same. */
export const policyRoleId = (roleId: string): string => `${roleId}-policy`;

/** The rights of provisioning, as a Vault policy. */
export const provisioningPolicy = (): string =>
    render("openbao/provisioning.hcl", {
        mounts: mounts.map((name) => ({ name })),
        policies: policyNames.map((name) => ({ name })),
    });

/** The files of OpenBao's configuration directory, by name. Secret. */
export function openbaoFiles(view: OpenbaoView): Record<string, string> {
    const roles = [
        {
            name: "provisioning",
            policy: provisioningPolicy(),
            roleId: view.roleId,
            tokenSeconds: tokenPeriodSeconds,
        },
        {
            name: "provisioning-policy",
            policy: render("openbao/provisioning-policy.hcl", {}),
            roleId: policyRoleId(view.roleId),
            tokenSeconds: 60,
        },
    ];
    const clusterPort = view.port + 1;
    return {
        "openbao.hcl": render("openbao/openbao.hcl", { ...view, clusterPort, sealKeyId: sealKeyId(view.seal) }),
        "initialize.hcl": render("openbao/initialize.hcl", { roles, secretId: view.secretId }),
        "seal.key": sealKey(view.seal),
    };
}
