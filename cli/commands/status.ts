import type { PlatformOutputs } from "../../contract";
import { withDocker } from "../../clients/docker/session";
import { enterLab } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { runProgram } from "../../process/program";
import { run } from "../../process/run";
import { serviceNamed } from "../../services/registry";
import type { Listener, ServedCertificate } from "../platform/listeners";
import type { Forwarding, VmReport } from "../platform/probe";
import { parseProbe, probeScript } from "../platform/probe";
import { platformOutputs } from "../platform/outputs";
import { secretsStatus } from "../platform/secrets";
import { onVm } from "../platform/vm";
import { secretsText } from "../render/secrets";
import { table } from "../render/table";
import { Failure, messageOf, type Result } from "../result";

interface VmStatus {
    name: string;
    state: string;
    host: string;
    addresses: { eth0: string; eth1?: string };
}

interface ServiceStatus {
    name: string;
    vm: string;
    state: string;
    version: string | null;
    /** The service's main port; null if it listens nowhere. */
    port: number | null;
}

/** States of the VMs from their hypervisors, by name; without those of a hypervisor that does not answer. */
async function domainStates({ vms }: PlatformOutputs): Promise<Map<string, string>> {
    const uris = [...new Set(Object.values(vms).map(({ libvirtUri }) => libvirtUri))];
    const lists = await Promise.all(
        uris.map((uri) =>
            run(["virsh", "--connect", uri, "list", "--all"], { timeoutMs: 10_000 }).then(
                ({ stdout }) => stdout,
                () => "",
            ),
        ),
    );
    const line = /^\s*(?:\d+|-)\s+(\S+)\s+(.+?)\s*$/gm;
    return new Map(lists.flatMap((list) => [...list.matchAll(line)].map(([, name, state]) => [name, state] as const)));
}

/** `22.10.1` of Debian's `1:22.10.1+dfsg-1`: the version in the image. */
const upstreamVersion = (version: string | undefined): string | null =>
    /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version ?? "")?.[1] ?? null;

/** Fields of Docker's API (GET /containers/json). */
interface Container {
    Names: string[];
    State: string;
}

interface Answer {
    report?: VmReport;
    error?: string;
}

async function ask(stack: string, outputs: PlatformOutputs, vm: string): Promise<Answer> {
    const services = outputs.services.filter((service) => service.vm === vm);
    try {
        const script = probeScript(services);
        return { report: parseProbe(await onVm(stack, outputs, vm, script, { timeoutMs: 60_000 }), services) };
    } catch (error) {
        return { error: messageOf(error) };
    }
}

/** The certificates that the stack's own core services present; external ones are their operator's. */
async function coreCertificates(stack: string, { core, lab, services }: PlatformOutputs): Promise<ServedCertificate[]> {
    const { hostname } = new URL(core.vaultAddress);
    const listeners = services
        .filter(({ vm }) => vm === "core")
        .flatMap(({ name, ports }): Listener[] => {
            const { health } = serviceNamed(name);
            const port = ports.find((each) => "port" in health && each.name === health.port);
            if (health.kind !== "tls" || !port) return [];
            return [{ name, host: hostname, port: port.port, protocol: health.protocol }];
        });
    if (listeners.length === 0) return [];
    const enter = lab.enabled ? (argv: string[]) => enterLab(stack, argv) : undefined;
    return runProgram<ServedCertificate[]>("cli/platform/listeners-main.ts", listeners, enter).catch((error: unknown) =>
        listeners.map(({ name }) => ({ name, serial: "", expiresAt: "", error: messageOf(error) })),
    );
}

/** States of the core services' containers, `running` if all is well; empty if Docker does not answer. */
async function coreStates(stack: string, { core }: PlatformOutputs): Promise<Map<string, string>> {
    if (core.kind === "external") return new Map();
    const query = { all: "true" };
    const all = await withDocker(`unix://${stackPaths(stack).dockerSocket}`, (docker) =>
        docker.call("GET", "/containers/json", { query }),
    ).catch(() => []);
    return new Map(
        (all as Container[]).flatMap(({ Names, State }) => Names.map((name) => [name.replace(/^\//, ""), State])),
    );
}

/** The platform as it is now. @throws Failure if it is not up, or if a part of it is down. */
export async function status(stack: string): Promise<Result> {
    const outputs = await platformOutputs(stack);
    const names = Object.keys(outputs.vms);
    const domains = await domainStates(outputs);
    const served = coreCertificates(stack, outputs);
    const ofCore = await coreStates(stack, outputs);
    const answers = new Map(
        await Promise.all(
            names.map(async (name): Promise<[string, Answer]> => {
                const state = domains.get(name);
                const down = state !== undefined && state !== "running";
                return [name, down ? { error: `is ${state}` } : await ask(stack, outputs, name)];
            }),
        ),
    );
    const reports = [...answers.values()].flatMap(({ report }) => report ?? []);
    const vms: VmStatus[] = names.map((name) => {
        const { host, addresses } = outputs.vms[name];
        const state = domains.get(name) ?? "missing";
        return {
            name,
            state: answers.get(name)?.report || state !== "running" ? state : "unreachable",
            host,
            addresses,
        };
    });
    const services: ServiceStatus[] = outputs.services.map(({ name, vm, ports }) => {
        const found = vm === "core" ? ofCore.get(name) : answers.get(vm)?.report?.services[name];
        const version = upstreamVersion(outputs.versions[name]);
        return { name, vm, state: found ?? "unreachable", version, port: ports.length > 0 ? ports[0].port : null };
    });
    const kernelForwarding = Object.fromEntries(
        [...answers].flatMap(([vm, { report }]) => (report?.forwarding ? [[vm, report.forwarding]] : [])),
    );
    const sum = (pick: (report: VmReport) => number | undefined): number =>
        reports.reduce((total, report) => total + (pick(report) ?? 0), 0);
    const ofSecrets = secretsStatus(
        new Map([...answers].map(([vm, { report }]) => [vm, report?.agent])),
        await served,
        outputs.rotation.certificateSeconds,
        Date.now(),
    );
    const facts = {
        stack,
        phase: outputs.phase,
        vms,
        services,
        kernelForwarding,
        certificates: ofSecrets.certificates,
        secrets: ofSecrets.secrets,
        warnings: ofSecrets.warnings,
        registrations: sum(({ registrations }) => registrations),
        activeCalls: sum(({ activeCalls }) => activeCalls),
    };
    const text = [statusText(vms, services, kernelForwarding, facts), "", secretsText(ofSecrets)].join("\n");
    const problems = [
        ...vms.filter(({ state }) => state !== "running").map(({ name, state }) => `VM ${name} is ${state}`),
        ...services
            .filter(({ state }) => state !== "running")
            .map(({ name, vm, state }) => `${name} on ${vm} is ${state}`),
        ...Object.entries(kernelForwarding)
            .filter(([, { module, table: number }]) => module === null || number === null)
            .map(([vm]) => `${vm} does not forward in the kernel`),
    ];
    if (problems.length + ofSecrets.problems.length) {
        const said = [...answers].flatMap(([vm, { error }]) => (error ? [`${vm}: ${error}`] : []));
        const broken = problems.length ? [`${problems.join(", ")}; ./voip up mends it`] : [];
        const details = [...broken, ...said, ...ofSecrets.problems].join("\n");
        throw new Failure(`stack ${stack}: ${details}`, { facts, text });
    }
    return { facts, text };
}

function statusText(
    vms: VmStatus[],
    services: ServiceStatus[],
    forwarding: Record<string, Forwarding>,
    { registrations, activeCalls }: { registrations: number; activeCalls: number },
): string {
    const addressList = ({ eth0, eth1 }: VmStatus["addresses"]): string => [eth0, ...(eth1 ? [eth1] : [])].join(" ");
    return [
        table(
            ["vm", "state", "host", "addresses"],
            vms.map(({ name, state, host, addresses }) => [name, state, host, addressList(addresses)]),
        ),
        "",
        table(
            ["service", "vm", "state", "version", "port"],
            services.map(({ name, vm, state, version, port }) => [
                name,
                vm,
                state,
                version ?? "-",
                String(port ?? "-"),
            ]),
        ),
        "",
        ...Object.entries(forwarding).map(
            ([vm, { module, table: number, kernelPackets, userspacePackets, sessions }]) =>
                module === null || number === null
                    ? `kernel forwarding on ${vm}: OFF`
                    : `kernel forwarding on ${vm}: ${module}, table ${number}; ${kernelPackets} packets in the kernel, ` +
                      `${userspacePackets} in userspace, ${sessions} sessions now`,
        ),
        `${registrations} registrations, ${activeCalls} active calls`,
    ].join("\n");
}
