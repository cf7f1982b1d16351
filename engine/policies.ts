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

/** The exports of a pack's directory, such as `policies/`. */
interface Rules {
    packName: string;
    resourceRules: readonly ResourceRule[];
    stackRules: readonly StackRule[];
    fromWire(value: unknown): unknown;
}

/**
 * The rules of a policy pack, called as the official engine calls the pack: for each resource before it is touched, and for all
 * of them at the end. Rules are pure functions, so they run in the engine's process; the pack's server, with which
 * @pulumi/policy answers the official engine, is not needed. Violations are sent as events.
 */
export class PolicyPack {
    private readonly rules: Rules;
    private readonly version: string;
    private violated = false;

    /**
     * @param directory of PulumiPolicy.yaml
     * @throws Error if it has no pack
     */
    constructor(
        directory: string,
        private readonly events: EventStream,
    ) {
        const file = path.join(directory, "PulumiPolicy.yaml");
        if (!fs.existsSync(file)) throw new Error(`${file} not found: name the directory of a policy pack`);
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- the command line names the directory
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
     * Checks one resource with its checked inputs.
     * @returns the violations of mandatory rules, a sentence each
     */
    analyze(analyzed: Analyzed): string[] {
        const resource = this.resource(analyzed);
        return this.rules.resourceRules.flatMap((rule) => this.report(rule, analyzed.urn, rule.check(resource)));
    }

    /** Checks all resources of the stack with their outputs. */
    analyzeStack(all: Analyzed[], root: string): void {
        const resources = all.map((analyzed) => this.resource(analyzed));
        for (const rule of this.rules.stackRules) this.report(rule, root, rule.checkAll(resources));
    }

    /** @returns the violations of a mandatory rule, each with the rule's description before it, as in @pulumi/policy */
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
