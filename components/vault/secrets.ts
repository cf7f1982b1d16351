import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as vault from "@pulumi/vault";
import type { PostgresAccess } from "../core-access";

export interface SecretsArgs {
    marker: pulumi.Input<string>;
    postgres: PostgresAccess;
    /** CA certificates (PEM). */
    ca: pulumi.Input<string>;
    extensions: string[];
    /** By extension; secret. */
    passwords: pulumi.Input<Record<string, string>>;
}

/** Random passwords by secret. Passwords of databases are not among them: `database/` makes and changes those. */
const generated: Record<string, string[]> = {
    opensips: ["admin_password", "api_key"],
    kamailio: ["admin_password", "api_key", "route_key"],
    asterisk: ["ami_secret", "ari_password", "manager_password"],
    freeswitch: ["esl_password", "api_password"],
    rtpengine: ["control_secret"],
    "redis-1": ["password"],
    rabbitmq: ["password"],
};

/** `secret/`: what the services know besides credentials of databases and certificates. */
export function makeSecrets(name: string, args: SecretsArgs, options: pulumi.CustomResourceOptions): void {
    const mount = new vault.Mount(
        `${name}-secret`,
        { path: "secret", type: "kv", options: { version: "2" }, description: args.marker },
        options,
    );
    const inMount = { ...options, deletedWith: options.deletedWith ?? mount };
    const write = (secret: string, data: Record<string, pulumi.Input<string>>) =>
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
    const passwords = Object.fromEntries(
        Object.entries(generated).map(([secret, fields]) => [
            secret,
            Object.fromEntries(
                fields.map((field): [string, pulumi.Output<string>] => {
                    const resource = `${name}-${secret}-${field.replaceAll("_", "-")}`;
                    const password = new random.RandomPassword(
                        resource,
                        { length: 32, special: false },
                        { parent: options.parent },
                    );
                    return [field, password.result];
                }),
            ),
        ]),
    );
    const { host, port } = args.postgres;
    const facts: Record<string, Record<string, pulumi.Input<string>>> = {
        ...passwords,
        rtpengine: { ...passwords.rtpengine, redis_password: passwords["redis-1"].password },
        rabbitmq: { ...passwords.rabbitmq, user: "voip", vhost: "voip" },
        postgres: { host, port: port.apply(String) },
        ca: { certificates: args.ca },
    };
    for (const [secret, data] of Object.entries(facts)) write(secret, data);
    const known = pulumi.output(args.passwords);
    for (const extension of args.extensions) {
        write(`extensions/${extension}`, { password: known.apply((all) => all[extension]) });
    }
}
