import * as pulumi from "@pulumi/pulumi";
import type { CoreAccess, PostgresAccess, VaultAccess } from "./core-access";
import { externalCore, type ExternalCoreArgs } from "./external-core";
import { labCore, type LabCoreArgs } from "./lab-core";
import { componentType } from "./token";

export interface CoreServicesArgs {
    /** Existing servers; then nothing is created. */
    external?: ExternalCoreArgs;
    /** Servers of this stack, in its lab. */
    lab?: LabCoreArgs;
}

/** OpenBao and PostgreSQL: in a lab, started and maintained here; elsewhere, the configured ones (ADR-006). */
export class CoreServices extends pulumi.ComponentResource implements CoreAccess {
    readonly vault: VaultAccess;
    readonly postgres: PostgresAccess;
    readonly valkey?: CoreAccess["valkey"];
    readonly versions: pulumi.Output<Record<string, string>>;
    readonly servers?: CoreAccess["servers"];
    readonly lab?: CoreAccess["lab"];

    constructor(name: string, args: CoreServicesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("CoreServices"), name, {}, opts);
        const { external, lab } = args;
        if (!external === !lab) throw new Error(`${name}: either external or lab is to be given`);
        const access = external ? externalCore(this, name, external) : labCore(this, name, lab as LabCoreArgs);
        this.vault = access.vault;
        this.postgres = access.postgres;
        this.valkey = access.valkey;
        this.versions = access.versions;
        this.servers = access.servers;
        this.lab = access.lab;
        this.registerOutputs({ vaultAddress: this.vault.address, postgresHost: this.postgres.host });
    }
}
