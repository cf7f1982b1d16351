import type { ServiceOutput } from "../../contract";
import { serviceNamed } from "../../services/registry";
import { agentProgram, parseAgent, type AgentReport } from "./agent";
import { parseTotals } from "../../services/rtpengine/totals";

/** The report of one VM. */
export interface VmReport {
    /** States by service name, `running` if all is well. */
    services: Record<string, string>;
    /** Contacts registered at the proxy. */
    registrations?: number;
    activeCalls?: number;
    forwarding?: Forwarding;
    agent?: AgentReport;
}

export interface Forwarding {
    /** Loaded kernel module; null: none. */
    module: string | null;
    /** RTPEngine's forwarding table in the kernel; null: none, packets would go through userspace. */
    table: number | null;
    kernelPackets: number;
    userspacePackets: number;
    sessions: number;
}

const mark = (name: string): string => `echo "@${name}"`;

/** Asks systemd once for the states of all units: each further process costs an emulated VM half a second. */
function unitStates(units: ServiceOutput[]): string[] {
    if (units.length === 0) return [];
    const names = units.map(({ name, unit }) => unit ?? name);
    return [
        `set -- $(systemctl is-active ${names.join(" ")})`,
        ...units.flatMap(({ name }, index) => [mark(`state ${name}`), `echo "$${index + 1}"`]),
    ];
}

/** State.Status and State.Pid of a container's description (Docker's API, GET /containers/{id}/json). */
const statusAndPid = `grep -oE '"(Status|Pid)":("[a-z]+"|[0-9]+)' | head -n 2 | cut -d : -f 2 | tr -d '"'`;

/**
 * Prints the state and sets `$2` to the container's process, 0 if it does not run. Avoids the docker command, which takes
 * seconds.
 */
const containerState = ({ name }: ServiceOutput): string[] => [
    mark(`state ${name}`),
    `set -- $(curl -s --unix-socket /run/docker.sock http://docker/containers/${name}/json | ${statusAndPid})`,
    `[ $# -eq 2 ] || set -- missing 0`,
    `echo "$1"`,
];

const questions = (service: ServiceOutput): string[] =>
    (serviceNamed(service.name).status?.(service) ?? []).flatMap(({ name, command }) => [mark(name), command]);

/** The shell script that a VM answers in one round trip; each answer follows a line `@name`. */
export function probeScript(services: ServiceOutput[]): string {
    const units = services.filter(({ kind }) => kind === "unit");
    const containers = services.filter(({ kind }) => kind === "container");
    return [
        ...unitStates(units),
        ...units.flatMap(questions),
        ...containers.flatMap((service) => [...containerState(service), ...questions(service)]),
        mark("agent"),
        `${agentProgram} status || true`,
    ].join("\n");
}

function sections(answer: string): Map<string, string> {
    const parts = answer.split(/^@/m).slice(1);
    return new Map(
        parts.map((part) => {
            const end = part.indexOf("\n");
            return [part.slice(0, end).trim(), part.slice(end + 1).trim()];
        }),
    );
}

const firstNumber = (text: string | undefined, pattern: RegExp): number | undefined => {
    const found = text === undefined ? null : pattern.exec(text);
    return found ? Number(found[1]) : undefined;
};

/** systemd and Docker use different words for the same state. */
const normalState = (state: string | undefined): string => (state === "active" ? "running" : state || "unknown");

export function parseProbe(answer: string, services: ServiceOutput[]): VmReport {
    const said = sections(answer);
    return {
        services: Object.fromEntries(services.map(({ name }) => [name, normalState(said.get(`state ${name}`))])),
        registrations: firstNumber(said.get("registrations"), /registered_users\s*[=:]\s*(\d+)/),
        activeCalls: firstNumber(said.get("calls"), /(\d+) active calls?\b/),
        forwarding: said.has("totals") ? forwarding(said) : undefined,
        agent: said.has("agent") ? agent(said.get("agent") ?? "") : undefined,
    };
}

function agent(answer: string): AgentReport {
    try {
        return parseAgent(answer);
    } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return { state: "unknown", detail, certificates: [], secrets: [], failures: [] };
    }
}

function forwarding(said: Map<string, string>): Forwarding {
    const module = said.get("module") || null;
    const tableLine = firstNumber(said.get("table"), /^(\d+)$/m);
    try {
        return { module, table: tableLine ?? null, ...parseTotals(said.get("totals") ?? "") };
    } catch {
        return { module, table: tableLine ?? null, kernelPackets: 0, userspacePackets: 0, sessions: 0 }; // not running
    }
}
