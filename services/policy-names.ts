import { identities, policyOf, servicePolicyOf } from "./identities";
import { services } from "./registry";

/** The services of the core with rights of their own, by name. */
export const coreServicesWithRights: readonly string[] = services
    .filter(({ hosts, rights }) => rights && hosts.includes("core"))
    .map(({ name }) => name);

/** Every policy that the platform has in Vault. */
export const policyNames: readonly string[] = [
    ...identities.map(policyOf),
    ...coreServicesWithRights.map(servicePolicyOf),
];
