import * as pulumi from "@pulumi/pulumi";
import {
    kamailioFiles,
    kamailioPaths,
    kamailioRouteKey,
    kamailioTlsDir,
    kamailioTlsPath,
    kamailioUser,
    kamailioUserApply,
} from "../services/kamailio/files";
import { readBy } from "../services/container-user";
import {
    pgbouncerCredentials,
    pgbouncerFiles,
    pgbouncerPaths,
    pgbouncerSocketDir,
    pgbouncerUnitPath,
} from "../services/pgbouncer/files";
import { loadedUnits } from "../services/unit";
import {
    valkeyLinkApply,
    valkeyLinkFiles,
    valkeyLinkSecret,
    valkeyLinkUnitPath,
    valkeySocket,
    valkeySocketDir,
} from "../services/valkey-link/files";
import type { Edge } from "../config";
import type { GuestFile } from "../configs/render";
import { Service } from "../providers/service/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf, certifiedAddresses, plannedPort, portOf } from "../topology";
import type { CoreAccess, PostgresAccess, VaultAccess } from "./core-access";
import { fingerprint } from "./fingerprint";
import { dockerOn, insideWhereRunning, makeMachine, runContainer, whereRunning } from "./machine";
import type { Machine, MachineArgs } from "./machine";
import { componentType } from "./token";
import { certificateTemplate, VaultAgent } from "./vault-agent";

export interface SipProxyArgs extends MachineArgs {
    sipDomain: string;
    /** What it accepts from outside. */
    edge: Edge;
    /** The PBXs, in the order in which they get calls. */
    pbxs: { address: string; port: number }[];
    /** Control sockets (ng protocol) of the RTPEngines. */
    media: { address: string; port: number }[];
    /** Where accounts and registrations are. */
    postgres: PostgresAccess;
    /** The store that proxies share; without it each counts alone. */
    valkey?: CoreAccess["valkey"];
    /** Where its agent logs in, and with which AppRole. */
    vault: VaultAccess;
    roleId: pulumi.Input<string>;
    /** Life of its certificate, seconds. */
    certificateSeconds: number;
}

const reloadTls = insideWhereRunning("kamailio", "kamcmd tls.reload");

/** The commands after a change of files. */
const applied = [
    { paths: kamailioPaths, command: whereRunning("kamailio", "docker restart kamailio >/dev/null") },
    { paths: [kamailioTlsPath], command: reloadTls },
    ...loadedUnits({ unit: "pgbouncer", path: pgbouncerUnitPath }, { unit: "voip-valkey", path: valkeyLinkUnitPath }),
    { paths: [pgbouncerUnitPath], command: "systemctl try-restart pgbouncer" },
    { paths: pgbouncerPaths, command: whereRunning("pgbouncer", "systemctl reload pgbouncer") },
    ...valkeyLinkApply,
    kamailioUserApply,
];

/**
 * A VM with Kamailio in a container, on both networks: it registers and authenticates the phones, anchors their media on
 * RTPEngine and forwards calls between phones and PBX. PgBouncer beside it has the password of the database, and the link to
 * Valkey that of Valkey; these and Kamailio's certificate come from the VM's agent.
 */
export class SipProxy extends pulumi.ComponentResource {
    readonly machine: Machine;
    readonly external: string;
    readonly internal: string;
    readonly versions: pulumi.Output<{ kamailio: string; pgbouncer: string; kernel: string; docker: string }>;

    constructor(name: string, args: SipProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("SipProxy"), name, {}, opts);
        this.machine = makeMachine(this, args);
        this.external = addressOf(args.plan, "external");
        this.internal = addressOf(args.plan, "internal");
        if (portOf(args.plan, "kamailio", "udp") !== undefined) this.runKamailio(args);
        this.versions = args.image.versions.apply(({ kamailio, pgbouncer, kernel, docker }) => ({
            ...{ kamailio, pgbouncer },
            ...{ kernel, docker },
        }));
        this.registerOutputs({ external: this.external, internal: this.internal, versions: this.versions });
    }

    private port(service: "kamailio" | "pgbouncer", port: string): number {
        return plannedPort(this.machine.plan, service, port);
    }

    private runKamailio(args: SipProxyArgs): void {
        const { target, options, plan } = this.machine;
        const files = this.files(args);
        const written = new VmFiles(
            `${plan.name}-files`,
            { ...target, bundleName: "kamailio", files, apply: applied },
            options,
        );
        const agent = this.runAgent(args, written);
        const container = runContainer(
            this.machine,
            dockerOn(this.machine),
            {
                container: "kamailio",
                user: kamailioUser,
                readOnly: ["/etc/kamailio", pgbouncerSocketDir, ...(args.valkey ? [valkeySocketDir] : [])],
                writable: [],
                memoryDirs: ["/run/kamailio"],
                // six for each vCPU and some fifteen more
                processes: 1024,
                environment: { PGHOST: pgbouncerSocketDir, PGPORT: String(this.port("pgbouncer", "sql")) },
            },
            [written, agent],
        );
        new Service(
            `${plan.name}-kamailio-sip`,
            {
                ...target,
                service: "kamailio",
                protocol: "sip",
                address: this.external,
                port: this.port("kamailio", "udp"),
                after: [container.id, fingerprint(files)],
            },
            { ...options, dependsOn: [container] },
        );
    }

    private files({ sipDomain, edge, pbxs, media, postgres, valkey }: SipProxyArgs): pulumi.Output<GuestFile[]> {
        const kamailio = kamailioFiles({
            sipDomain,
            edge,
            externalAddress: this.external,
            internalAddress: this.internal,
            port: this.port("kamailio", "udp"),
            tlsPort: this.port("kamailio", "tls"),
            metricsPort: this.port("kamailio", "metrics"),
            pbxs,
            media,
            ...(valkey ? { valkeySocket: valkeySocket(valkey.port) } : {}),
            workers: 2 + 2 * this.machine.plan.vcpus,
        });
        const port = this.port("pgbouncer", "sql");
        const tunnel = valkey ? valkeyLinkFiles({ ...valkey, user: "kamailio" }) : [];
        return postgres.ca.apply((postgresCa) => [...kamailio, ...pgbouncerFiles({ port, postgresCa }), ...tunnel]);
    }

    private runAgent(args: SipProxyArgs, written: VmFiles): VaultAgent {
        const certificate = certificateTemplate({
            name: "kamailio-cert",
            role: "kamailio-role",
            commonName: args.sipDomain,
            ipSans: certifiedAddresses(args.plan),
            ttlSeconds: args.certificateSeconds,
            dir: kamailioTlsDir,
            owner: readBy(kamailioUser).owner,
            reload: reloadTls,
        });
        const kept = [certificate, kamailioRouteKey, ...(args.valkey ? [valkeyLinkSecret("kamailio")] : [])];
        const templates = pulumi
            .all([args.postgres.host, args.postgres.port])
            .apply(([host, port]) => [pgbouncerCredentials("kamailio", { host, port }), ...kept]);
        const machine = { ...this.machine, options: { ...this.machine.options, dependsOn: [written] } };
        const { vault, roleId } = args;
        return new VaultAgent(
            `${args.plan.name}-agent`,
            { machine, role: "sip", vault, roleId, templates },
            { parent: this },
        );
    }
}
