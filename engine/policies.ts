import * as fs from "node:fs";
import * as path from "node:path";
import type { PolicyResource } from "../policies/resource";
import type { ResourceRule, StackRule } from "../policies/rules";
import type { EventStream } from "./events";
import { without, type PropertyMap } from "./properties";
import { nameOfUrn } from "./urn";

/** A resource that breaks a mandatory rule is not touched. */
export class PolicyViolation extends Error {}

interface Analyzed {
    urn: string;
    type: string;
    properties: PropertyMap;
}

/** What the directory of a pack exports, as `policies/` does. */
interface Rules {
    packName: string;
    resourceRules: readonly ResourceRule[];
    stackRules: readonly StackRule[];
    fromWire(value: unknown): unknown;
}

/**
 * The rules of a policy pack, asked as the official engine asks the pack: about each resource before it is touched, and about
 * all of them at the end. Rules are pure functions, so they run in the engine's process; the pack's server, with which
 * @pulumi/policy answers the official engine, is not needed. Violations are sent as events.
 */
export class PolicyPack {
    private readonly rules: Rules;
    private readonly version: string;
    private violated = false;

    /**
     * @param directory of PulumiPolicy.yaml
     * @throws Error when there is no pack in it
     */
    constructor(
        directory: string,
        private readonly events: EventStream,
    ) {
        const file = path.join(directory, "PulumiPolicy.yaml");
        if (!fs.existsSync(file)) throw new Error(`${file} not found: name the directory of a policy pack`);
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- which directory it is, the command line says
        const load = (name: string): unknown => require(path.join(directory, name));
        this.rules = { ...(load("rules") as Rules), ...(load("resource") as Pick<Rules, "fromWire">) };
        this.version = (load("package.json") as { version: string }).version;
    }

    /** Whether a mandatory rule was broken. */
    get isViolated(): boolean {
        return this.violated;
    }

    private resource({ urn, type, properties }: Analyzed): PolicyResource {
        const known = this.rules.fromWire(without(properties, "__provider")) as Record<string, unknown>;
        return { urn, type, name: nameOfUrn(urn), properties: known };
    }

    /**
     * Asks about one resource with its checked inputs.
     * @returns what breaks a mandatory rule, a sentence each
     */
    analyze(analyzed: Analyzed): string[] {
        const resource = this.resource(analyzed);
        return this.rules.resourceRules.flatMap((rule) => this.report(rule, analyzed.urn, rule.check(resource)));
    }

    /** Asks about all resources of the stack with their outputs. */
    analyzeStack(all: Analyzed[], root: string): void {
        const resources = all.map((analyzed) => this.resource(analyzed));
        for (const rule of this.rules.stackRules) this.report(rule, root, rule.checkAll(resources));
    }

    /** @returns what breaks a mandatory rule, with the rule's description before it, as @pulumi/policy has it */
    private report(rule: ResourceRule | StackRule, urn: string, sentences: string[]): string[] {
        const messages = sentences.map((sentence) => `${rule.description}\n${sentence}`);
        for (const message of messages) {
            this.events.send({
                policyEvent: {
                    resourceUrn: urn,
                    message,
                    color: "never",
                    policyName: rule.name,
                    policyPackName: this.rules.packName,
                    policyPackVersion: this.version,
                    enforcementLevel: rule.level,
                },
            });
        }
        if (rule.level !== "mandatory") return [];
        this.violated ||= messages.length > 0;
        return messages;
    }
}
