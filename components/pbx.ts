import * as pulumi from "@pulumi/pulumi";
import {
    asteriskCredentials,
    asteriskEnvironment,
    asteriskFiles,
    asteriskMemoryDirs,
    asteriskSpoolDir,
    asteriskTlsDir,
    asteriskUser,
    asteriskUserApply,
    reloaded,
    restarted,
} from "../services/asterisk/files";
import { asterisk } from "../services/asterisk/service";
import { readBy } from "../services/container-user";
import type { GuestFile } from "../configs/render";
import { Service } from "../providers/service/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf, certifiedAddresses } from "../topology";
import type { PostgresAccess, VaultAccess } from "./core-access";
import { fingerprint } from "./fingerprint";
import { dockerOn, insideWhereRunning, makeMachine, runContainer, whereRunning } from "./machine";
import type { Machine, MachineArgs } from "./machine";
import { componentType } from "./token";
import { certificateTemplate, VaultAgent } from "./vault-agent";

export interface PbxArgs extends MachineArgs {
    sipDomain: string;
    /** Ports of Asterisk's SIP: UDP, and TLS. */
    port: number;
    tlsPort: number;
    /** The SIP proxies, which all calls come from and go to, by the name of their VM. */
    proxies: { name: string; address: string; port: number }[];
    rtpMin: number;
    rtpMax: number;
    /** Seconds until voicemail answers. */
    ringSeconds: number;
    /** Where extensions and voicemail boxes are. */
    postgres: PostgresAccess;
    /** Where its agent logs in, and with which AppRole. */
    vault: VaultAccess;
    roleId: pulumi.Input<string>;
    /** Name and life (seconds) of its certificate. */
    commonName: string;
    certificateSeconds: number;
}

/** That which Asterisk gives itself as root (`highpriority`), as RTPEngine's threads have it on their VM. */
const realTimePriority = 10;

const cli = (command: string): string => insideWhereRunning("asterisk", `asterisk -rx '${command}'`);

/** The commands after a change of files. */
const applied = [
    { paths: reloaded, command: cli("core reload") },
    { paths: restarted, command: whereRunning("asterisk", "docker restart asterisk >/dev/null") },
    asteriskUserApply,
];

/** A VM with Asterisk in a container, on the internal network only (ADR-005): dial plan, voicemail, service numbers. */
export class Pbx extends pulumi.ComponentResource {
    readonly machine: Machine;
    readonly address: string;
    readonly port: number;
    readonly versions: pulumi.Output<{ asterisk: string; kernel: string; docker: string }>;

    constructor(name: string, args: PbxArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Pbx"), name, {}, opts);
        this.machine = makeMachine(this, args);
        this.address = addressOf(args.plan, "internal");
        this.port = args.port;
        this.runAsterisk(args);
        this.versions = args.image.versions.apply(({ asterisk, kernel, docker }) => ({ asterisk, kernel, docker }));
        this.registerOutputs({ address: this.address, port: this.port, versions: this.versions });
    }

    private runAsterisk(args: PbxArgs): void {
        const { target, options, plan } = this.machine;
        const files = this.files(args);
        const written = new VmFiles(
            `${plan.name}-files`,
            { ...target, bundleName: "asterisk", files, apply: applied },
            options,
        );
        const agent = this.runAgent(args, written);
        const container = runContainer(
            this.machine,
            dockerOn(this.machine),
            {
                container: "asterisk",
                user: asteriskUser,
                // Asterisk takes a real-time priority as root only, and keeps one that it starts with (main/asterisk.c)
                entrypoint: ["chrt", "--rr", String(realTimePriority), ...asterisk.run.image.entrypoint],
                realTimePriority,
                readOnly: ["/etc/asterisk"],
                writable: [asteriskSpoolDir],
                memoryDirs: asteriskMemoryDirs,
                environment: asteriskEnvironment,
                // 40 threads at rest, and up to two for each side of a call
                processes: 4096,
            },
            [written, agent],
        );
        new Service(
            `${plan.name}-asterisk-sip`,
            {
                ...target,
                service: "asterisk",
                protocol: "sip",
                address: this.address,
                port: args.port,
                user: "*43",
                after: [container.id, fingerprint(files)],
            },
            { ...options, dependsOn: [container] },
        );
    }

    private files(args: PbxArgs): pulumi.Output<GuestFile[]> {
        const { sipDomain, port, tlsPort, proxies, rtpMin, rtpMax, ringSeconds } = args;
        const view = { name: args.plan.name, internalAddress: this.address, sipDomain, port, tlsPort, proxies };
        const { host, port: postgresPort, ca } = args.postgres;
        return pulumi
            .all([host, postgresPort, ca])
            .apply(([host, port, ca]) =>
                asteriskFiles({ ...view, rtpMin, rtpMax, ringSeconds, postgres: { host, port, ca } }),
            );
    }

    private runAgent(args: PbxArgs, written: VmFiles): VaultAgent {
        const certificate = certificateTemplate({
            name: "asterisk-cert",
            role: "asterisk-role",
            commonName: args.commonName,
            ipSans: certifiedAddresses(args.plan),
            ttlSeconds: args.certificateSeconds,
            dir: asteriskTlsDir,
            owner: readBy(asteriskUser).owner,
            reload: cli("module reload res_pjsip.so"),
        });
        const templates = [asteriskCredentials(cli("module reload res_odbc.so")), certificate];
        const machine = { ...this.machine, options: { ...this.machine.options, dependsOn: [written] } };
        const { vault, roleId } = args;
        return new VaultAgent(
            `${args.plan.name}-agent`,
            { machine, role: "pbx", vault, roleId, templates },
            { parent: this },
        );
    }
}
