import { identities, policyOf, servicePolicyOf } from "./identities";
import { services } from "./registry";

/** The core services with their own rights, by name. */
export const coreServicesWithRights: readonly string[] = services
    .filter(({ hosts, rights }) => rights && hosts.includes("core"))
    .map(({ name }) => name);

/** Every Vault policy of the platform. */
export const policyNames: readonly string[] = [
    ...identities.map(policyOf),
    ...coreServicesWithRights.map(servicePolicyOf),
];
