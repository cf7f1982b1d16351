import type * as pulumi from "@pulumi/pulumi";
import type { CoreContainer, LabDocker } from "./core-container";

/** Access to OpenBao or Vault for its provider, the agents on the VMs and `./voip`. */
export interface VaultAccess {
    /** URL, such as https://192.168.64.1:8200. */
    address: pulumi.Output<string>;
    /** File on this machine with the CA certificates (PEM) to check the server's certificate against. */
    caFile: pulumi.Output<string>;
    /** Content of `caFile`. */
    ca: pulumi.Output<string>;
    /** Secret. A token with just the rights that provisioning needs. */
    token: pulumi.Output<string>;
}

/** Access to PostgreSQL as its superuser; connections are by TLS (`sslmode=verify-full`). */
export interface PostgresAccess {
    host: pulumi.Output<string>;
    port: pulumi.Output<number>;
    user: pulumi.Output<string>;
    /** Secret. */
    password: pulumi.Output<string>;
    /** File on this machine with the CA certificates (PEM) to check the server's certificate against. */
    caFile: pulumi.Output<string>;
    /** Content of `caFile`. */
    ca: pulumi.Output<string>;
    /**
     * The same certificates in a file on the Vault server: OpenBao's database engine accepts no other form. Without it, the
     * server's own trust store is used, or in HashiCorp's Vault the certificates given to the engine.
     */
    caFileOnVault?: pulumi.Output<string>;
}

/** What the core services provide to the rest of the platform. */
export interface CoreAccess {
    vault: VaultAccess;
    postgres: PostgresAccess;
    /** Where Valkey listens, by TLS; undefined if the core services are external. */
    valkey?: { host: string; port: number };
    /** Version by name, of those that belong to this stack. */
    versions: pulumi.Output<Record<string, string>>;
    /**
     * The resources with the data of OpenBao and PostgreSQL, if they belong to this stack: their contents are removed with
     * them.
     */
    servers?: { vault: pulumi.Resource; postgres: pulumi.Resource };
    /** For further containers beside them. */
    lab?: LabDocker & { servers: CoreContainer[] };
}
