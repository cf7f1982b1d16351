import * as fs from "node:fs";
import { coreAgentContainer, coreAgentRunDir, serverCertificate } from "../../components/core-paths";
import type { PlatformOutputs } from "../../contract";
import { enterLab } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { runProgram } from "../../process/program";
import { coreServers } from "../../services/core-servers";
import { services } from "../../services/registry";
import { kinds, type Kind, type RotationJob, type RotationReport } from "../rotation/job";
import { whileLocked } from "../engine/lock";
import { platformOutputs } from "../platform/outputs";
import { table } from "../render/table";
import { Failure, type Result } from "../result";

export interface RotateOptions {
    stack: string;
    /** All kinds by default. */
    only?: Kind;
    vm?: string;
}

function rotationText({ rotated, callsUp, callsDropped }: RotationReport): string {
    const short = (value: string): string => (value.length > 40 ? `${value.slice(0, 37)}...` : value);
    const rows = rotated.map(({ name, from, to, seconds }) => [name, short(from), short(to), `${seconds} s`]);
    return [table(["secret", "from", "to", "took"], rows), "", `${callsUp} calls up, ${callsDropped} dropped`].join(
        "\n",
    );
}

/** Where the agent of the core services is, and the certificates that it maintains. */
function coreAgent(stack: string, { core, vault }: PlatformOutputs): RotationJob["core"] {
    const paths = stackPaths(stack);
    return {
        caFile: vault.caFile,
        address: core.postgresHost,
        runDir: coreAgentRunDir(paths),
        dockerHost: `unix://${paths.dockerSocket}`,
        container: coreAgentContainer,
        certificates: coreServers.map((server) => serverCertificate(paths, server)),
    };
}

/** The passwords that are rotated in Vault's key-value engine, with the VMs whose services may read them. */
function accounts({ vms }: PlatformOutputs): RotationJob["accounts"] {
    const readers = (secret: string, names: readonly string[]): boolean =>
        services.some(({ name, rights }) => names.includes(name) && rights?.secrets.includes(secret));
    return services
        .flatMap(({ rotates }) => rotates ?? [])
        .map((secret) => ({
            secret,
            vms: Object.entries(vms).flatMap(([vm, found]) => (readers(secret, found.services) ? [vm] : [])),
        }));
}

/**
 * Changes secrets of the running platform; no engine works on the stack meanwhile.
 * @throws Failure if one did not change, or if a call was dropped
 */
export async function rotate({ stack, only, vm }: RotateOptions): Promise<Result> {
    const outputs = await platformOutputs(stack, true);
    const { core, vault, sshConfig, lab } = outputs;
    if (vm !== undefined && !(vm in outputs.vms)) {
        throw new Failure(`there is no VM ${vm}: there are ${Object.keys(outputs.vms).join(", ")}`, { status: 2 });
    }
    const job: RotationJob = {
        vault: { address: core.vaultAddress, token: vault.token, ca: fs.readFileSync(vault.caFile, "utf8") },
        ...(core.kind === "embedded" ? { core: coreAgent(stack, outputs) } : {}),
        sshConfig,
        vms: Object.entries(outputs.vms).map(([name, { role, addresses, services }]) => ({
            name,
            role,
            address: addresses.eth0,
            services,
        })),
        accounts: accounts(outputs),
        kinds: only ? [only] : [...kinds],
        ...(vm ? { vm } : {}),
    };
    const enter = lab.enabled ? (argv: string[]) => enterLab(stack, argv) : undefined;
    const report = await whileLocked(stack, () => runProgram<RotationReport>("cli/rotation/main.ts", job, enter));
    const facts = { rotated: report.rotated, callsUp: report.callsUp, callsDropped: report.callsDropped };
    const text = rotationText(report);
    const problems = [
        ...report.failures,
        ...(report.callsDropped ? [`${report.callsDropped} of ${report.callsUp} calls were dropped`] : []),
    ];
    if (problems.length) {
        throw new Failure(`rotation of stack ${stack}: ${problems.join("\n")}`, {
            facts: { ...facts, failures: report.failures },
            text,
        });
    }
    return { facts, text };
}
