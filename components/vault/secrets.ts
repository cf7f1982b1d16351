import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { generatedFields, rotatingSecrets } from "../../vault/generated";
import type { SecretFields } from "../../services/service";
import { VaultPassword } from "../../providers/vault-password/resource";
import type { PostgresAccess, VaultAccess } from "../core-access";

export interface SecretsArgs {
    marker: pulumi.Input<string>;
    vault: VaultAccess;
    postgres: PostgresAccess;
    /** Random values, by secret and field. */
    generated: pulumi.Output<SecretFields>;
    /** CA certificates (PEM). */
    ca: pulumi.Input<string>;
    extensions: string[];
    /** By extension; secret. */
    passwords: pulumi.Input<Record<string, string>>;
}

/** `secret/`: secrets of the services other than database credentials and certificates. */
export function makeSecrets(name: string, args: SecretsArgs, options: pulumi.CustomResourceOptions): void {
    const mount = new vault.Mount(
        `${name}-secret`,
        { path: "secret", type: "kv", options: { version: "2" }, description: args.marker },
        options,
    );
    const inMount = { ...options, deletedWith: options.deletedWith ?? mount };
    const write = (secret: string, data: pulumi.Input<Record<string, pulumi.Input<string>>>) =>
        new vault.kv.SecretV2(
            `${name}-secret-${secret.replace("/", "-")}`,
            {
                mount: mount.path,
                name: secret,
                dataJson: pulumi.secret(pulumi.jsonStringify(data)),
                deleteAllVersions: true,
            },
            inMount,
        );
    const { host, port } = args.postgres;
    for (const secret of Object.keys(generatedFields())) {
        if (rotatingSecrets().includes(secret)) continue;
        write(
            secret,
            args.generated.apply((all) => all[secret]),
        );
    }
    const { address, caFile, token } = args.vault;
    for (const secret of rotatingSecrets()) {
        const first = args.generated.apply((all) => all[secret].password);
        new VaultPassword(
            `${name}-password-${secret.replace("/", "-")}`,
            { address, caFile, token, mount: mount.path, path: secret, first },
            { parent: options.parent, deletedWith: inMount.deletedWith },
        );
    }
    write("postgres", { host, port: port.apply(String) });
    write("ca", { certificates: args.ca });
    const known = pulumi.output(args.passwords);
    for (const extension of args.extensions) {
        write(`extensions/${extension}`, { password: known.apply((all) => all[extension]) });
    }
}
