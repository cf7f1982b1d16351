import * as fs from "node:fs";
import * as path from "node:path";
import { standardPorts, type Ports } from "../services/registry";
import { formatAddress, holds, overlap, parseAddress, parseCidr, type Cidr } from "./cidr";
import { nearest } from "./nearest";
import { type Problems } from "./problems";
import { containers, imageSources, phases, proxies, type VmOverride } from "./types";

/** The values of all keys in their types, not checked further yet. */
export type Values = Record<string, unknown>;

const label = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const domainName = new RegExp(`^${label}(\\.${label})*$`, "i");

export function checkChoices(values: Values, problems: Problems): void {
    problems.oneOf("phase", String(values.phase), phases);
    problems.oneOf("imageSource", String(values.imageSource), imageSources);
    problems.oneOf("hypervisor", String(values.hypervisor), ["libvirt"]);
    problems.between("ringSeconds", values.ringSeconds, 5, 120, "seconds");

    const owner = String(values.sipOwner);
    const named = owner.split(/[^a-z]+/i).filter(Boolean);
    if (named.length > 1) {
        const rule = `port 5060 can't have ${named.length} owners, exactly one of ${proxies.join(", ")} is allowed`;
        problems.add("sipOwner", owner, rule);
    } else problems.oneOf("sipOwner", owner, proxies);
}

export function checkNames(values: Values, problems: Problems): void {
    const patterns: [string, RegExp, string][] = [
        ["sipDomain", domainName, "allowed is a domain name such as sip.local"],
        ["debianSuite", /^[a-z][a-z0-9-]*$/, "allowed is the name of a suite such as forky"],
        ["internalBridge", /^[\w-]{1,15}$/, "allowed is the name of a network interface, 1 to 15 letters or digits"],
        ["externalBridge", /^[\w-]{1,15}$/, "allowed is the name of a network interface, 1 to 15 letters or digits"],
        [
            "debianMirror",
            /^$|^(https?|file):\/\/\S+$/,
            "allowed is a URL that starts with http://, https:// or file://",
        ],
        ["libvirtPool", /^\w[\w.-]*$/, "allowed is the name of a storage pool, such as default"],
        ["libvirtUri", /^\w+(\+\w+)?:\/\//, "allowed is a libvirt URI such as qemu:///system"],
    ];
    for (const [key, pattern, rule] of patterns) {
        if (!pattern.test(String(values[key]))) problems.add(key, values[key], rule);
    }
    if (values.internalBridge === values.externalBridge) {
        problems.add("externalBridge", values.externalBridge, "it must differ from voip-stack:internalBridge");
    }
}

export interface Networks {
    internal?: Cidr;
    external?: Cidr;
}

export function checkNetworks(values: Values, problems: Problems): Networks {
    const read = (key: string): Cidr | undefined => {
        const cidr = parseCidr(String(values[key]));
        const rule = "allowed is the first address of a network and a prefix of 8 to 24, such as 192.168.64.0/24";
        if (!cidr) problems.add(key, values[key], rule);
        return cidr;
    };
    const networks = { internal: read("internalCidr"), external: read("externalCidr") };
    if (networks.internal && networks.external && overlap(networks.internal, networks.external)) {
        problems.add(
            "externalCidr",
            values.externalCidr,
            `it overlaps voip-stack:internalCidr, ${String(values.internalCidr)}`,
        );
    }
    if (values.externalGateway !== "" && networks.external) {
        checkAddress("externalGateway", values.externalGateway, "externalCidr", networks.external, problems);
    }
    return networks;
}

function checkAddress(key: string, value: unknown, cidrKey: string, cidr: Cidr, problems: Problems): void {
    const address = parseAddress(String(value));
    const first = formatAddress(cidr.network + 1);
    const last = formatAddress(cidr.network + 2 ** (32 - cidr.prefix) - 2);
    if (address === undefined || !holds(cidr, address)) {
        problems.add(key, value, `outside voip-stack:${cidrKey}, allowed is ${first} to ${last}`);
    }
}

/** The standard ports with the changes of the key `ports`. */
export function checkPorts(values: Values, problems: Problems): Ports {
    const ports = { ...standardPorts };
    const names = Object.keys(standardPorts);
    for (const [name, port] of Object.entries(values.ports as Record<string, unknown>)) {
        if (!names.includes(name)) {
            problems.add(`ports.${name}`, port, `no such port, the nearest is ${nearest(name, names)}`);
        } else if (problems.between(`ports.${name}`, port, 1, 65535)) ports[name as keyof Ports] = port;
    }
    if (ports.sip === ports.otherSip) {
        const owner = String(values.sipOwner);
        const rule = `port ${ports.sip} can't have two owners, voip-stack:sipOwner gives it to ${owner}`;
        problems.add("ports.otherSip", ports.otherSip, rule);
    }
    if (ports.rtpMax - ports.rtpMin < 100) {
        problems.add("ports.rtpMax", ports.rtpMax, `allowed is at least 100 more than ports.rtpMin, ${ports.rtpMin}`);
    }
    return ports;
}

export function checkExtensions(values: Values, problems: Problems): string[] {
    const extensions = (values.extensions as unknown[]).map(String);
    if (extensions.length === 0) problems.add("extensions", [], "at least one extension is needed");
    extensions.forEach((extension, index) => {
        const key = `extensions[${index}]`;
        if (!/^[12]\d{3}$/.test(extension)) problems.add(key, extension, "allowed is 1000 to 2999");
        const first = extensions.indexOf(extension);
        if (first < index) problems.add(key, extension, `the same as extensions[${first}], each is allowed once`);
    });
    return extensions;
}

export function checkPasswords(values: Values, extensions: string[], problems: Problems): void {
    for (const [extension, password] of Object.entries(values.extensionPasswords as Record<string, unknown>)) {
        const key = `extensionPasswords.${extension}`;
        if (!extensions.includes(extension))
            problems.add(key, "[secret]", "no such extension in voip-stack:extensions");
        if (!/^[\x21-\x7e]{8,64}$/.test(String(password))) {
            problems.add(key, "[secret]", "allowed are 8 to 64 printable ASCII characters without spaces");
        }
    }
}

const isFile = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/** The given image archives; relative paths start at `directory`. */
export function checkArchives(values: Values, directory: string, problems: Problems): Partial<Record<string, string>> {
    const archives: Partial<Record<string, string>> = {};
    for (const container of containers) {
        const key = `${container}Archive`;
        const file = String(values[key]);
        if (file === "") continue;
        const absolute = path.resolve(directory, file);
        archives[container] = absolute;
        if (!isFile(absolute)) {
            const how = `write one with \`docker save -o ${container}.tar IMAGE\` and name its path`;
            problems.add(key, file, `there is no such file, ${how}`);
        }
    }
    return archives;
}

const overrideLimits = {
    vcpus: [1, 64, "vCPUs"],
    memoryMiB: [256, 1_048_576, "MiB"],
    diskGiB: [4, 16_384, "GiB"],
} as const;
const overrideTexts = ["internalAddress", "externalAddress", "libvirtUri"] as const;

/** `vmNames` are the VMs of the phase; `withExternal` those of them that have an eth1. */
export function checkVms(
    values: Values,
    networks: Networks,
    vmNames: readonly string[],
    withExternal: readonly string[],
    problems: Problems,
): Record<string, VmOverride> {
    const members = [...Object.keys(overrideLimits), ...overrideTexts];
    const vms = values.vms as Record<string, Record<string, unknown>>;
    for (const [vm, override] of Object.entries(vms)) {
        if (!vmNames.includes(vm)) {
            const rule = `phase ${String(values.phase)} has no such VM, it has ${vmNames.join(", ")}`;
            problems.add(`vms.${vm}`, override, rule);
            continue;
        }
        if (typeof override !== "object" || override === null || Array.isArray(override)) {
            problems.add(`vms.${vm}`, override, `allowed is a map of ${members.join(", ")}`);
            continue;
        }
        for (const [member, value] of Object.entries(override)) {
            const key = `vms.${vm}.${member}`;
            if (member in overrideLimits) {
                const [least, most, unit] = overrideLimits[member as keyof typeof overrideLimits];
                problems.between(key, value, least, most, unit);
            } else if (member === "internalAddress") {
                if (networks.internal) checkAddress(key, value, "internalCidr", networks.internal, problems);
            } else if (member === "externalAddress") {
                if (!withExternal.includes(vm)) problems.add(key, value, `${vm} has no external interface`);
                else if (networks.external) checkAddress(key, value, "externalCidr", networks.external, problems);
            } else if (member === "libvirtUri") {
                if (values.lab)
                    problems.add(key, value, "the VMs of a lab run on its own libvirt, allowed without a lab");
                else if (!/^\w+(\+\w+)?:\/\//.test(String(value))) {
                    problems.add(key, value, "allowed is a libvirt URI such as qemu:///system");
                }
            } else problems.add(key, value, `no such setting, the nearest is ${nearest(member, members)}`);
        }
    }
    return vms;
}
