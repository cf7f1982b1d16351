import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { appRoleOf, identities, policyOf, servicePolicyOf, type Identity } from "../../services/identities";
import { policyDocument, servicePolicyDocument, serviceRights, type IdentityPlan } from "../../vault/policies";

const hour = 3600;

/**
 * A policy and an AppRole for each identity (ADR-011). A token is valid for a day and can be renewed for two; a secret-id is
 * valid for one login. Both are valid only from the addresses of the identity. The core's agent has the policies of the
 * services that it works for.
 * @returns the role-ids
 */
export function makeIdentities(
    name: string,
    args: { marker: pulumi.Input<string>; plans: Record<Identity, IdentityPlan> },
    options: pulumi.CustomResourceOptions,
): pulumi.Output<Record<Identity, string>> {
    const appRole = new vault.AuthBackend(
        `${name}-approle`,
        { type: "approle", path: "approle", description: args.marker },
        options,
    );
    const inAppRole = { ...options, deletedWith: options.deletedWith ?? appRole };
    const ofServices = serviceRights().map(
        ({ service, rights }) =>
            new vault.Policy(
                `${name}-${servicePolicyOf(service)}`,
                { name: servicePolicyOf(service), policy: servicePolicyDocument(rights, args.plans.core.certificates) },
                { ...options, dependsOn: [appRole] },
            ).name,
    );
    const roleIds = identities.map((identity) => {
        const plan = args.plans[identity];
        const addresses = [...plan.addresses];
        const cidrs = addresses.map((address) => `${address}/32`);
        const policy = new vault.Policy(
            `${name}-${policyOf(identity)}`,
            { name: policyOf(identity), policy: policyDocument(identity, plan) },
            { ...options, dependsOn: [appRole] }, // and so after the claim
        );
        const role = new vault.approle.AuthBackendRole(
            `${name}-${appRoleOf(identity)}`,
            {
                backend: appRole.path,
                roleName: appRoleOf(identity),
                tokenPolicies: [policy.name, ...(identity === "core" ? ofServices : [])],
                tokenNoDefaultPolicy: true,
                tokenTtl: 24 * hour,
                tokenMaxTtl: 48 * hour,
                tokenBoundCidrs: addresses, // in Vault's notation, which omits a /32 here
                secretIdNumUses: 1,
                secretIdTtl: 72 * hour,
                secretIdBoundCidrs: cidrs,
            },
            inAppRole,
        );
        return [identity, role.roleId] as const;
    });
    return pulumi.all(Object.fromEntries(roleIds)).apply((known) => known as Record<Identity, string>);
}
