import { PolicyPack } from "@pulumi/policy";
import { fromWire, type PolicyResource } from "./resource";
import { packName, resourceRules, stackRules } from "./rules";

type Deserialize = (struct: { toJavaScript(): object }, keepsSecrets: boolean) => object;

const onWire = Symbol("properties on the wire");

/*
 * Values for a policy have lost their secret marks, and unknown ones can't be read. The rules need both, so the properties keep
 * a reference to their source.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- changes the module itself, not a copy
const sdk = require("@pulumi/policy/deserialize") as { deserializeProperties: Deserialize };
const { deserializeProperties } = sdk;
sdk.deserializeProperties = (struct, keepsSecrets) =>
    Object.defineProperty(deserializeProperties(struct, keepsSecrets), onWire, { value: struct.toJavaScript() });

interface Validated {
    urn: string;
    type: string;
    name: string;
    props: Record<string | symbol, unknown>;
}

type Report = (message: string) => void;

const resourceOf = ({ urn, type, name, props }: Validated): PolicyResource => ({
    urn,
    type,
    name,
    properties: fromWire(props[onWire]) as Record<string, unknown>,
});

new PolicyPack(packName, {
    policies: [
        ...resourceRules.map(({ name, description, level, check }) => ({
            name,
            description,
            enforcementLevel: level,
            validateResource: (args: Validated, report: Report) =>
                check(resourceOf(args)).forEach((message) => report(message)),
        })),
        ...stackRules.map(({ name, description, level, checkAll }) => ({
            name,
            description,
            enforcementLevel: level,
            validateStack: ({ resources }: { resources: Validated[] }, report: Report) =>
                checkAll(resources.map(resourceOf)).forEach((message) => report(message)),
        })),
    ],
});
