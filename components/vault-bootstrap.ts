import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { VaultClaim } from "../providers/vault-claim/resource";
import type { Role } from "../topology";
import { type Identity } from "../services/identities";
import type { SecretFields } from "../services/service";
import { certificateRoles } from "../vault/certificates";
import type { IdentityPlan } from "../vault/policies";
import type { PostgresAccess, VaultAccess } from "./core-access";
import type { Databases } from "./databases";
import { componentType } from "./token";
import { makeDatabaseEngine } from "./vault/database-engine";
import { makeIdentities } from "./vault/identities";
import { makePki } from "./vault/pki";
import { makeSecrets } from "./vault/secrets";

export interface VaultBootstrapArgs {
    vault: VaultAccess;
    postgres: PostgresAccess;
    databases: Databases;
    /** Lifetimes in seconds. */
    rotation: { databaseSeconds: number; certificateSeconds: number };
    sipDomain: string;
    /** The VMs, whose names certificates may have. */
    vms: { name: string; role: Role }[];
    /** Who logs in, from where, and with which certificates. */
    identities: Record<Identity, IdentityPlan>;
    /** Random values, by secret and field. */
    generated: pulumi.Output<SecretFields>;
    /** Extensions, and their passwords (secret), for `secret/extensions/EXT`. */
    extensions: string[];
    passwords: pulumi.Input<Record<string, string>>;
    /**
     * Number of the CA; 1 by default. A higher number makes a new root and intermediate, and the previous ones are still
     * trusted.
     */
    caGeneration?: number;
    /** The resource with the server's data, if it belongs to this stack: its contents are removed with it. */
    deletedWith?: pulumi.Resource;
}

/** All objects of the platform in Vault or OpenBao: PKI, policies, AppRoles, database roles, secrets (ADR-011, ADR-012). */
export class VaultBootstrap extends pulumi.ComponentResource {
    /** CA certificates (PEM) that phones, agents and services trust: roots, then intermediates. */
    readonly ca: pulumi.Output<string>;
    readonly roleIds: pulumi.Output<Record<Identity, string>>;

    constructor(name: string, args: VaultBootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("VaultBootstrap"), name, {}, opts);
        const { deletedWith, postgres } = args;
        const { address, caFile, token } = args.vault;
        const { marker } = new VaultClaim(
            `${name}-claim`,
            { address, caFile, token, stack: pulumi.getStack() },
            { parent: this, deletedWith },
        );
        const provider = new vault.Provider(
            `${name}-vault`,
            { address, token, caCertFile: caFile, skipChildToken: true },
            { parent: this },
        );
        const options = { parent: this, provider, deletedWith };
        const { databaseSeconds, certificateSeconds } = args.rotation;

        this.ca = makePki(
            name,
            {
                address,
                marker,
                generation: args.caGeneration ?? 1,
                roles: certificateRoles(args.sipDomain, args.vms),
                certificateSeconds,
            },
            options,
        );
        this.roleIds = makeIdentities(name, { marker, plans: args.identities }, options);
        const { databases } = args;
        makeDatabaseEngine(name, { marker, postgres, databases, ca: this.ca, databaseSeconds }, options);
        const { generated, extensions, passwords } = args;
        makeSecrets(
            name,
            { marker, vault: args.vault, postgres, generated, ca: this.ca, extensions, passwords },
            options,
        );
        this.registerOutputs({ ca: this.ca, roleIds: this.roleIds });
    }
}
