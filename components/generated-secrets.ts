import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretFields } from "../services/service";
import { generatedFields } from "../vault/generated";
import { componentType } from "./token";

/**
 * Values that are generated when the stack is made. They exist before any server does, so that a container of the core can get
 * one; VaultBootstrap writes them to Vault later.
 */
export class GeneratedSecrets {
    /** All fields, by secret. Secret. */
    readonly values: pulumi.Output<SecretFields>;

    constructor(name: string) {
        const made = Object.entries(generatedFields()).map(([secret, fields]) => {
            const values = fields.map((field) => [field, password(name, secret, field)] as const);
            return [secret, pulumi.all(Object.fromEntries(values))] as const;
        });
        this.values = pulumi.secret(pulumi.all(Object.fromEntries(made)));
    }

    /** Only those of some secrets. Secret. */
    of(secrets: readonly string[]): pulumi.Output<SecretFields> {
        return this.values.apply((all) =>
            Object.fromEntries(Object.entries(all).filter(([secret]) => secrets.includes(secret))),
        );
    }
}

function password(name: string, secret: string, field: string): pulumi.Output<string> {
    const words = `${secret}-${field}`.replaceAll(/[_/]/g, "-");
    // in states of earlier versions they are children of VaultBootstrap
    const earlier = { name: `vault-${words}`, parent: pulumi.createUrn("vault", componentType("VaultBootstrap")) };
    const shape = { length: 32, special: false };
    return new random.RandomPassword(`${name}-${words}`, shape, { aliases: [earlier] }).result;
}
