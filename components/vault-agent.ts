import * as pulumi from "@pulumi/pulumi";
import { vaultAgentApply, vaultAgentFiles } from "../services/vault-agent/files";
import type { AgentTemplate } from "../services/vault-agent/templates";
import { VaultIdentity } from "../providers/vault-identity/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf, plannedPort, type Role } from "../topology";
import { appRoleOf } from "../services/identities";
import type { VaultAccess } from "./core-access";
import { fingerprint } from "./fingerprint";
import type { Machine } from "./machine";
import { componentType } from "./token";

export { certificateTemplate, type AgentTemplate } from "../services/vault-agent/templates";

export interface VaultAgentArgs {
    machine: Machine;
    /** Tier of the VM, which has an AppRole. */
    role: Role;
    vault: VaultAccess;
    /** role-id of the AppRole. */
    roleId: pulumi.Input<string>;
    /** What the agent keeps fresh on the VM. */
    templates: pulumi.Input<AgentTemplate[]>;
}

/**
 * The agent of a VM (ADR-011): logs in to Vault with its own identity and keeps certificates and credentials on the VM fresh.
 * It is complete when all of them exist: resources that read them depend on it.
 */
export class VaultAgent extends pulumi.ComponentResource {
    constructor(name: string, args: VaultAgentArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("VaultAgent"), name, {}, opts);
        const { machine, vault } = args;
        const { plan, target } = machine;
        const options = { ...machine.options, parent: this };
        const metricsPort = plannedPort(plan, "node-exporter", "metrics");
        const role = appRoleOf(args.role);
        const view = { vm: plan.name, address: addressOf(plan, "internal"), role, metricsPort };
        const files = pulumi
            .all([vault.address, vault.ca, args.templates])
            .apply(([vaultAddress, ca, templates]) => vaultAgentFiles({ ...view, vaultAddress, ca, templates }));
        const bundle = { bundleName: "voip-agent", files, apply: vaultAgentApply };
        const written = new VmFiles(`${name}-files`, { ...target, ...bundle }, options);
        new VaultIdentity(
            `${name}-identity`,
            {
                ...target,
                address: view.address,
                role: view.role,
                roleId: args.roleId,
                vaultAddress: vault.address,
                ca: vault.ca,
                token: vault.token,
                config: fingerprint(files),
            },
            { ...options, dependsOn: [written] },
        );
        this.registerOutputs({});
    }
}
