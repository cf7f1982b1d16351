import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../topology";
import type { PostgresAccess, VaultAccess } from "./core-services";
import type { Databases } from "./databases";
import { componentType } from "./token";

/** Who logs in by AppRole: the tiers of VMs, and the core services' own agent. */
export type Identity = Role | "core";

export interface VaultBootstrapArgs {
    vault: VaultAccess;
    postgres: PostgresAccess;
    databases: Databases;
    /** Lifetimes in seconds. */
    rotation: { databaseSeconds: number; certificateSeconds: number };
    sipDomain: string;
    /** The VMs; a tier's AppRole is bound to the internal addresses of its VMs. */
    vms: { name: string; role: Role; address: string }[];
    /** Address of the host on the internal network, which the core services' agent logs in from. */
    coreAddress: string;
    /** Extensions and their passwords (secret), for `secret/extensions/EXT`. */
    extensions: string[];
    passwords: pulumi.Input<Record<string, string>>;
    /** Number of the CA: one more makes a new root and intermediate, and trusts the ones before it as well; 1 by default. */
    caGeneration?: number;
    /** The server, where it belongs to this stack: what is in it goes with it. */
    deletedWith?: pulumi.Resource;
}

/** All that the platform needs in Vault or OpenBao: mounts, PKI, policies, AppRoles, database roles, secrets (ADR-011, ADR-012). */
export class VaultBootstrap extends pulumi.ComponentResource {
    /** CA certificates (PEM) that phones, agents and services trust: roots, then intermediates. */
    readonly ca: pulumi.Output<string>;
    readonly roleIds: pulumi.Output<Record<Identity, string>>;

    constructor(name: string, args: VaultBootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("VaultBootstrap"), name, {}, opts);
        throw new Error(`${name}: ${Object.keys(args).join()}`);
    }
}

/** The domain of the PBXs' certificates (ADR-010): sip.local has pbx.local beside it, any other domain pbx.<domain>. */
export function pbxDomain(sipDomain: string): string {
    return sipDomain.startsWith("sip.") ? `pbx.${sipDomain.slice(4)}` : `pbx.${sipDomain}`;
}
