import type { ProxyOutput } from "../contract";
import { open, texts, type PolicyResource } from "./resource";

interface Described {
    /** Its name in a violation. */
    name: string;
    description: string;
    level: "mandatory" | "advisory";
}

/** A rule for one resource: a sentence for each violation, with the resource, the value and what is allowed. */
export interface ResourceRule extends Described {
    check: (resource: PolicyResource) => string[];
}

/** A rule for all resources of a stack together, with their outputs. */
export interface StackRule extends Described {
    checkAll: (resources: PolicyResource[]) => string[];
}

/** The pack's name, in every violation. */
export const packName = "voip-stack";

/** Containers that must be privileged, each with the reason; by the name of the resource. */
export const privilegedContainers: Readonly<Record<string, string>> = {};

const isVm = ({ type }: PolicyResource): boolean => type === "pulumi-nodejs:dynamic/voip:Vm";
const isOwn = ({ type }: PolicyResource): boolean => type.startsWith("pulumi-nodejs:dynamic/voip:");
const isContainer = ({ type }: PolicyResource): boolean => type === "docker:index/container:Container";
const isStack = ({ type }: PolicyResource): boolean => type === "pulumi:pulumi:Stack";
const isCertificateAuthority = ({ type }: PolicyResource): boolean => type.startsWith("vault:pkiSecret/");

const typesOf = (urn: string): string[] => (urn.split("::")[2] ?? "").split("$");
const stackOf = (urn: string): string => urn.split("::")[0].split(":")[2] ?? "";

interface Nic {
    name?: string;
    network?: string;
    address?: string;
}

/** A PBX is reachable through the SIP proxies only (ADR-005). */
export const pbxInside: ResourceRule = {
    name: "pbx-has-no-external-nic",
    description: "A PBX has no interface on the external network.",
    level: "mandatory",
    check(vm) {
        if (!isVm(vm) || !typesOf(vm.urn).includes("voip:index:Pbx")) return [];
        const nics = (open(vm.properties.nics) ?? []) as Nic[];
        return nics
            .filter(({ name, network }) => network === "external" || name === "eth1")
            .map(
                ({ name, network, address }) =>
                    `${vm.name} has ${name} (${address}) on network ${network}: a PBX may be on the internal network only.`,
            );
    },
};

export const notPrivileged: ResourceRule = {
    name: "container-is-not-privileged",
    description: "No container is privileged, except those listed in policies/rules.ts with a reason.",
    level: "mandatory",
    check(container) {
        if (!isContainer(container) || open(container.properties.privileged) !== true) return [];
        if (container.name in privilegedContainers) return [];
        return [
            `${container.name} is privileged: give it the capabilities that it needs, or list it with the reason in policies/rules.ts.`,
        ];
    },
};

/** A digest, or the id of an image in the VM's own store, which is one too. */
const digest = /(^|@)sha256:[0-9a-f]{64}$/;

export const pinnedInProduction: ResourceRule = {
    name: "image-is-pinned-in-prod",
    description: "In stacks prod and prod-*, container images are given by digest.",
    level: "mandatory",
    check(resource) {
        if (!/^prod(-|$)/.test(stackOf(resource.urn))) return [];
        const { image, name } = resource.properties;
        const given = isContainer(resource) ? image : resource.type === "docker:index/remoteImage:RemoteImage" && name;
        const reference = open(given);
        if (typeof reference !== "string" || digest.test(reference)) return [];
        return [`${resource.name} uses image ${reference}: allowed in ${stackOf(resource.urn)} is NAME@sha256:DIGEST.`];
    },
};

const secretName = /(password|passphrase|secret|token|pin|private_?key|api_?key)$/i;
const lastName = (path: string): string => path.replace(/(\[\d+\])+$/, "").replace(/^.*\./, "");

function plainSecrets(value: unknown, where: string): string[] {
    return texts(value, "plain")
        .filter(({ path, text }) => text !== "" && secretName.test(lastName(path)))
        .map(({ path }) => `${where}${path} is in plain: mark it with pulumi.secret().`);
}

export const secretInputs: ResourceRule = {
    name: "secret-is-not-plain-in-inputs",
    description: "Properties of our own resources that are named like secrets are secret.",
    level: "mandatory",
    check: (resource) => (isOwn(resource) ? plainSecrets(resource.properties, `${resource.name}: `) : []),
};

/** Shorter secrets, such as PINs, may equal other texts by chance. */
const leastSecretLength = 6;

export const secretOutputs: StackRule = {
    name: "secret-is-not-plain-in-outputs",
    description: "No output of the stack holds in plain what is named like a secret, or is one of a resource's.",
    level: "mandatory",
    checkAll(resources) {
        const known = new Map(
            resources
                .filter((resource) => !isStack(resource))
                .flatMap(({ name, properties }) => texts(properties, "secret").map(({ text }) => [text, name] as const))
                .filter(([text]) => text.length >= leastSecretLength),
        );
        return resources.filter(isStack).flatMap(({ properties }) => [
            ...plainSecrets(properties, "output "),
            ...texts(properties, "plain")
                .filter(({ path, text }) => known.has(text) && !secretName.test(lastName(path)))
                .map(({ path, text }) => `output ${path} is a secret of ${known.get(text)}, in plain: mark it secret.`),
        ]);
    },
};

/** The SIP proxies in the outputs; undefined are values that are not known yet. */
function proxies(resources: PolicyResource[]): Partial<ProxyOutput>[] {
    return (open(resources.find(isStack)?.properties.proxies) ?? []) as Partial<ProxyOutput>[];
}

/** If there are certificates, TLS is possible; so it is mandatory from then on. */
export const tlsOutside: StackRule = {
    name: "external-listener-has-tls",
    description: "Where the stack has a certificate authority, the SIP proxies listen for TLS on the external network.",
    level: "mandatory",
    checkAll(resources) {
        if (!resources.some(isCertificateAuthority)) return [];
        return proxies(resources)
            .filter(({ ports }) => ports && !ports.tls)
            .map(
                ({ external }) =>
                    `the SIP proxy at ${external} has no TLS port, though the stack has certificates: give it one.`,
            );
    },
};

export const noPlainOutside: StackRule = {
    name: "external-listener-is-not-plain",
    description: "The SIP proxies do not accept SIP in plain on the external network.",
    level: "advisory",
    checkAll(resources) {
        return proxies(resources)
            .filter(({ plainSip }) => plainSip === "allow")
            .map(({ external, ports }) => {
                const plain = [ports?.udp && `udp ${ports.udp}`, ports?.tcp && `tcp ${ports.tcp}`].filter(Boolean);
                const beside = ports?.tls ? `beside TLS ${ports.tls}` : "and has no TLS port";
                return `the SIP proxy at ${external} accepts SIP in plain (${plain.join(", ")}) ${beside}.`;
            });
    },
};

export const resourceRules: readonly ResourceRule[] = [pbxInside, notPrivileged, pinnedInProduction, secretInputs];
export const stackRules: readonly StackRule[] = [secretOutputs, tlsOutside, noPlainOutside];
