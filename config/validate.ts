import { conflicts } from "./conflicts";
import { nearest } from "./nearest";
import { Problems, show } from "./problems";
import * as rules from "./rules";
import { encrypted, readValue, type Schema } from "./schema";
import { containers, debianContainers, type ContainerName, phases, type Proxy, type StackConfig } from "./types";
import { containersOf, plan, vmsOf } from "../topology";

export const project = "voip-stack";

/** Namespaces of a stack's config file that are Pulumi's own, or its providers'. */
const otherNamespaces = ["pulumi", "command", "docker", "random"];

export interface Valid {
    config: StackConfig;
    /** What `up` needs and a preview does not: a sentence each, saying how to supply it. */
    toSupply: string[];
}

export interface Invalid {
    /** A sentence each, naming the key, the value received and what is allowed. */
    problems: string[];
}

/**
 * Checks a stack's configuration as a whole; pure but for looking whether archives exist.
 * @param raw values by full key (`voip-stack:phase`), as in a stack's YAML file or as Pulumi's runtime holds them
 * @param directory where relative paths of archives start
 */
export function validateConfig(schema: Schema, raw: Record<string, unknown>, directory: string): Valid | Invalid {
    const problems = new Problems();
    const values = readValues(schema, raw, problems);

    rules.checkChoices(values, problems);
    rules.checkNames(values, problems);
    const networks = rules.checkNetworks(values, problems);
    const ports = rules.checkPorts(values, problems);
    const extensions = rules.checkExtensions(values, problems);
    rules.checkPasswords(values, extensions, problems);
    const archives = rules.checkArchives(values, directory, problems);
    const phase = phases.find((known) => known === values.phase);
    const phaseVms = vmsOf(phase ?? "4"); // with an unknown phase, no VM of any phase is a mistake
    const withExternal = phaseVms.filter((vm) => vm.role !== "pbx").map((vm) => vm.name);
    const names = phaseVms.map((vm) => vm.name);
    const vms = rules.checkVms(values, networks, names, withExternal, problems);
    if (problems.sentences.length > 0) return { problems: problems.sentences };

    const config = { ...values, ports, extensions, archives, vms } as unknown as StackConfig;
    for (const container of containers) delete (config as unknown as rules.Values)[`${container}Archive`];
    const { wrong, toSupply } = images(config);
    const all = [...wrong, ...conflicts(plan(config))];
    return all.length > 0 ? { problems: all } : { config, toSupply };
}

/** Every key of the schema with its value: the stack's, or the default where it has none or where it can't be read. */
function readValues(schema: Schema, raw: Record<string, unknown>, problems: Problems): rules.Values {
    const known = Object.keys(schema);
    const values = Object.fromEntries(known.map((key) => [key, schema[key].default]));
    for (const [fullKey, value] of Object.entries(raw)) {
        const [namespace, ...rest] = fullKey.split(":");
        const key = rest.join(":");
        if (otherNamespaces.includes(namespace) && key) continue;
        if (namespace !== project || !known.includes(key)) {
            const guess = `${project}:${nearest(key || namespace, known)}`;
            problems.sentences.push(`${fullKey} is not a known key (value ${show(value)}): the nearest is ${guess}.`);
            continue;
        }
        const read = readValue(schema[key], value);
        if ("expected" in read) problems.add(key, value, `allowed is ${read.expected}`);
        else if (read.value !== encrypted) values[key] = read.value;
    }
    return values;
}

/** Which container images the plan needs, and where from. */
function images(config: StackConfig): { wrong: string[]; toSupply: string[] } {
    const wrong: string[] = [];
    const toSupply: string[] = [];
    for (const container of containersOf(config.phase, config.sipOwner)) {
        if (config.archives[container]) continue;
        const how = `save an image with \`docker save -o ${container}.tar IMAGE\` and set ${project}:${container}Archive`;
        if (config.imageSource === "upstream") {
            toSupply.push(`The ${container} image is to be supplied, as imageSource is "upstream": ${how}.`);
        } else if (!debianContainers.includes(container)) {
            wrong.push(notInDebian(config, container, how));
        }
    }
    return { wrong, toSupply };
}

function notInDebian(config: StackConfig, container: ContainerName, how: string): string {
    const isOwner = container === (config.sipOwner satisfies Proxy);
    const key = isOwner ? "sipOwner" : "phase";
    const needs = isOwner ? "it" : container;
    return `${project}:${key} is "${config[key]}": ${needs} can't be had with imageSource "debian"; ${how}.`;
}
