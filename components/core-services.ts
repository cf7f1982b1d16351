import type * as pulumi from "@pulumi/pulumi";

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
}
