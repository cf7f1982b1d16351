import type * as pulumi from "@pulumi/pulumi";
import type { CoreContainer, LabDocker } from "./core-container";

/** The way to OpenBao or Vault: what its provider, the agents on the VMs and `./voip` need. */
export interface VaultAccess {
    /** URL, such as https://192.168.64.1:8200. */
    address: pulumi.Output<string>;
    /** File on this machine with the CA certificates (PEM) that the server's certificate is checked against. */
    caFile: pulumi.Output<string>;
    /** Content of `caFile`. */
    ca: pulumi.Output<string>;
    /** Secret. A token that may do what provisioning needs, and no more. */
    token: pulumi.Output<string>;
}

/** The way to PostgreSQL as its superuser; connections are by TLS (`sslmode=verify-full`). */
export interface PostgresAccess {
    host: pulumi.Output<string>;
    port: pulumi.Output<number>;
    user: pulumi.Output<string>;
    /** Secret. */
    password: pulumi.Output<string>;
    /** File on this machine with the CA certificates (PEM) that the server's certificate is checked against. */
    caFile: pulumi.Output<string>;
    /** Content of `caFile`. */
    ca: pulumi.Output<string>;
    /**
     * The same certificates in a file as the Vault server finds it: OpenBao's database engine takes no other form. Without it,
     * the server's own trust store decides, or in HashiCorp's Vault the certificates that the engine is given.
     */
    caFileOnVault?: pulumi.Output<string>;
}

/** What the core services give to the rest of the platform. */
export interface CoreAccess {
    vault: VaultAccess;
    postgres: PostgresAccess;
    /** Where Valkey listens, by TLS; none where the core services are somebody else's. */
    valkey?: { host: string; port: number };
    /** Version by name, of those that belong to this stack. */
    versions: pulumi.Output<Record<string, string>>;
    /** What holds the data of OpenBao and PostgreSQL, where they belong to this stack: what is in them goes with it. */
    servers?: { vault: pulumi.Resource; postgres: pulumi.Resource };
    /** For more containers beside them. */
    lab?: LabDocker & { servers: CoreContainer[] };
}
