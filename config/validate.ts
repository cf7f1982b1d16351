import { conflicts } from "./conflicts";
import { checkCore, checkRotation, externalKeys } from "./core";
import { checkEdge } from "./edge";
import { checkImages } from "./images";
import { nearest } from "./nearest";
import { Problems, project, show } from "./problems";
import * as rules from "./rules";
import { encrypted, readValue, type Schema } from "./schema";
import type { StackConfig } from "./stack-config";
import { containers, phases, secretKeys } from "./types";
import { plan, vmsOf } from "../topology";

/** Namespaces in a stack's config file that belong to Pulumi or its providers. */
const otherNamespaces = ["pulumi", "command", "docker", "random", "vault", "postgresql"];

export interface Valid {
    config: StackConfig;
    /** What `up` needs and a preview does not: a sentence each, with how to supply it. */
    toSupply: string[];
}

export interface Invalid {
    /** A sentence each, with the key, the received value and what is allowed. */
    problems: string[];
}

/**
 * Checks a stack's configuration as a whole; pure, except that it checks whether archives exist.
 * @param raw values by full key (`voip-stack:phase`), as in a stack's YAML file or in Pulumi's runtime
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
    const edge = checkEdge(values, extensions, problems);
    rules.checkPasswords(values, extensions, problems);
    const archives = rules.checkArchives(values, directory, problems);
    const { core, external, toSupply: toSupplyForCore } = checkCore(values, directory, problems);
    const rotation = checkRotation(values, problems);
    problems.between("caGeneration", values.caGeneration, 1, 1000);
    const phase = phases.find((known) => known === values.phase);
    const phaseVms = vmsOf(phase ?? "4"); // with an unknown phase, a VM of any phase is accepted
    const withExternal = phaseVms.filter((vm) => vm.role !== "pbx").map((vm) => vm.name);
    const names = phaseVms.map((vm) => vm.name);
    const vms = rules.checkVms(values, networks, names, withExternal, problems);
    if (problems.sentences.length > 0) return { problems: problems.sentences };

    const inOtherForm = [...containers.map((container) => `${container}Archive`), "rotationTtls", ...externalKeys];
    const plain = Object.fromEntries(Object.entries(values).filter(([key]) => !inOtherForm.includes(key)));
    const config = {
        ...plain,
        ports,
        edge,
        extensions,
        archives,
        vms,
        core,
        external,
        rotation,
    } as unknown as StackConfig;
    const { wrong, toSupply } = checkImages(config);
    const all = [...wrong, ...conflicts(plan(config))];
    return all.length > 0 ? { problems: all } : { config, toSupply: [...toSupply, ...toSupplyForCore] };
}

/** Every key of the schema with its value: the stack's, or the default if there is none or it can't be read. */
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
        const shown = secretKeys.includes(key) ? "[secret]" : value;
        if ("expected" in read) problems.add(key, shown, `allowed is ${read.expected}`);
        else if (read.value !== encrypted) values[key] = read.value;
        else if (externalKeys.includes(key)) values[key] = "[encrypted]"; // it need not be asked for
    }
    return values;
}
