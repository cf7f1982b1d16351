import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Subscribers } from "../providers/subscribers/resource";
import { ha1 } from "../subscribers/subscribers";
import type { PostgresAccess } from "./core-access";
import type { Databases } from "./databases";
import { componentType } from "./token";

export interface ExtensionsArgs {
    extensions: string[];
    /** Existing passwords of phones, by extension. */
    passwords: pulumi.Input<Record<string, string>>;
    /** The extensions that have an entry in `passwords`. */
    withPassword: string[];
    /** Realm of their passwords. */
    sipDomain: string;
    /** Where proxies and PBXs find them. */
    postgres: PostgresAccess;
    databases: Databases;
    /**
     * The resource with the server's data, if it belongs to this stack: the rows are removed with it; elsewhere, with their
     * database.
     */
    deletedWith?: pulumi.Resource;
}

/** The accounts: a SIP password and a voicemail PIN for each extension, and their rows in the databases. */
export class Extensions extends pulumi.ComponentResource {
    /** By extension; secret. */
    readonly passwords: pulumi.Output<Record<string, string>>;
    /** By extension; secret. */
    readonly voicemailPins: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: ExtensionsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Extensions"), name, {}, opts);
        const given = pulumi.secret(args.passwords);
        const secrets = args.extensions.map((extension) => ({
            extension,
            password: args.withPassword.includes(extension)
                ? given.apply((passwords) => passwords[extension])
                : new random.RandomPassword(`${name}-${extension}`, { length: 24, special: false }, { parent: this })
                      .result,
            pin: new random.RandomPassword(
                `${name}-${extension}-pin`,
                { length: 6, upper: false, lower: false, special: false },
                { parent: this },
            ).result,
        }));
        const byExtension = (secretOf: (entry: (typeof secrets)[number]) => pulumi.Output<string>) =>
            pulumi.secret(pulumi.all(Object.fromEntries(secrets.map((entry) => [entry.extension, secretOf(entry)]))));
        this.passwords = byExtension((entry) => entry.password);
        this.voicemailPins = byExtension((entry) => entry.pin);
        const { host, port, user, password, caFile } = args.postgres;
        const subscribers = pulumi.secret(
            pulumi.all([this.passwords, this.voicemailPins]).apply(([passwords, pins]) =>
                args.extensions.map((extension) => ({
                    extension,
                    ha1: ha1(extension, args.sipDomain, passwords[extension]),
                    voicemailPin: pins[extension],
                })),
            ),
        );
        new Subscribers(
            `${name}-rows`,
            { host, port, user, password, caFile, sipDomain: args.sipDomain, subscribers },
            {
                parent: this,
                dependsOn: args.databases.resources,
                deletedWith: args.deletedWith ?? args.databases.accounts,
            },
        );
        this.registerOutputs({ passwords: this.passwords, voicemailPins: this.voicemailPins });
    }
}
