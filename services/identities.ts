import { hostKinds } from "./service";

/** The identities that log in by AppRole: the tiers of VMs, and the agent of the core services. */
export const identities = hostKinds;
export type Identity = (typeof identities)[number];

export const appRoleOf = (identity: Identity): string => (identity === "core" ? "core-role" : `${identity}-vm-role`);
/** The policy of a core service, which the core's agent gets for it; a service without rights has none. */
export const servicePolicyOf = (service: string): string => `core-${service}-policy`;
export const policyOf = (identity: Identity): string => (identity === "core" ? "core-policy" : `${identity}-vm-policy`);
