import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { coreAgentFiles, coreAgentPlaces } from "../services/core-agent/files";
import { CoreIdentity } from "../providers/core-identity/resource";
import { HostFiles } from "../providers/host-files/resource";
import { TrustAnchors } from "../providers/trust-anchors/resource";
import { appRoleOf } from "../services/identities";
import type { CoreAccess, PostgresAccess, VaultAccess } from "./core-access";
import { confined, mount } from "./core-container";
import {
    coreAgentContainer,
    coreAgentDir,
    coreAgentRunDir,
    coreAgentStateDir,
    serverCertificate,
    trustDir,
} from "./core-paths";
import { fingerprint } from "./fingerprint";
import { componentType } from "./token";

export interface CoreAgentArgs {
    core: CoreAccess;
    /** CA certificates (PEM) of the PKI. */
    ca: pulumi.Output<string>;
    /** role-id of its AppRole. */
    roleId: pulumi.Input<string>;
    /** Lifetime of the servers' certificates. */
    certificateSeconds: number;
}

const role = appRoleOf("core");

/**
 * The agent of the core services, if they belong to this stack: from then on OpenBao and PostgreSQL have their certificates
 * from the PKI, renewed without ending a connection (ADR-010). For external core services it does nothing.
 */
export class CoreAgent extends pulumi.ComponentResource {
    /** Access to the servers, including newly trusted certificates: for all later connections. */
    readonly vault: VaultAccess;
    readonly postgres: PostgresAccess;

    constructor(name: string, args: CoreAgentArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("CoreAgent"), name, {}, opts);
        const { lab, vault, postgres } = args.core;
        this.vault = vault;
        this.postgres = postgres;
        if (lab) {
            const trusted = new TrustAnchors(
                `${name}-anchors`,
                { file: `${trustDir(lab)}/ca.pem`, certificates: args.ca },
                { parent: this },
            );
            const ca = pulumi.concat(vault.ca, trusted.certificates);
            this.vault = { ...vault, ca };
            this.postgres = { ...postgres, ca };
            this.runAgent(name, args, lab, trusted);
        }
        this.registerOutputs({});
    }

    private runAgent(
        name: string,
        args: CoreAgentArgs,
        lab: NonNullable<CoreAccess["lab"]>,
        trusted: TrustAnchors,
    ): void {
        const { vault } = args.core;
        const { address, servers } = lab;
        const dir = coreAgentDir(lab);
        const configDir = `${dir}/etc`;
        const stateDir = coreAgentStateDir(lab);
        const runDir = coreAgentRunDir(lab);
        const files = vault.address.apply((vaultAddress) =>
            coreAgentFiles({
                vaultAddress,
                address,
                role,
                servers: servers.map(({ service, user, templates }) => ({ name: service, user, templates })),
                certificateSeconds: args.certificateSeconds,
            }),
        );
        const ours = { mode: "0700", owner: 0 };
        const written = new HostFiles(
            `${name}-files`,
            {
                directories: [dir, configDir, stateDir, runDir].map((path) => ({ path, ...ours })),
                files: files.apply((contents) =>
                    Object.entries(contents).map(([file, content]) => ({
                        path: `${configDir}/${file}`,
                        mode: "0600",
                        owner: 0,
                        content,
                    })),
                ),
            },
            { parent: this },
        );
        const container = new docker.Container(
            `${name}-container`,
            {
                name: coreAgentContainer,
                image: lab.store.containerImages.apply((images) => images.openbao.id),
                entrypoints: ["/usr/local/sbin/voip-agent", "run"],
                envs: [`VOIP_AGENT_CONFIG=${coreAgentPlaces.configFile}`],
                networkMode: "host",
                restart: "unless-stopped",
                // no limit of processes: there is none for root
                ...confined(lab.daemon, { memoryMiB: 128 }),
                volumes: [
                    mount(configDir, path.posix.dirname(coreAgentPlaces.configFile), true),
                    mount(stateDir, coreAgentPlaces.stateDir),
                    mount(runDir, coreAgentPlaces.runDir),
                    mount(trustDir(lab), "/trust", true),
                    ...servers.flatMap(({ service, tlsDir, socketDir }) => [
                        mount(tlsDir, `/servers/${service}/tls`),
                        mount(socketDir, `/servers/${service}/run`),
                    ]),
                ],
                tmpfs: { "/tmp": "mode=1777" },
                // each server's directory and files belong to its own user
                capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
                logDriver: "local",
                labels: [
                    { label: "voip-stack.store", value: lab.daemon.store },
                    { label: "voip-stack.config", value: fingerprint(pulumi.all([files, trusted.certificates])) },
                ],
            },
            { parent: this, provider: lab.provider, deleteBeforeReplace: true, dependsOn: [written, trusted] },
        );
        new CoreIdentity(
            `${name}-identity`,
            {
                vaultAddress: vault.address,
                caFile: vault.caFile,
                token: vault.token,
                role,
                roleId: args.roleId,
                address,
                runDir,
                dockerHost: lab.daemon.host,
                container: container.name,
                containerId: container.id,
                certificates: servers.map(({ service }) => serverCertificate(lab, service)),
            },
            { parent: this },
        );
    }
}
