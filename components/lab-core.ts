import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { openbaoFiles, provisioningPolicy } from "../services/openbao/files";
import { postgresFiles, postgresReloaded, type DatabaseClient } from "../services/postgres/files";
import { DockerDaemon } from "../providers/docker-daemon/resource";
import { ContainerStore } from "../providers/image/resource";
import { TrustAnchors } from "../providers/trust-anchors/resource";
import { VaultServer } from "../providers/vault-server/resource";
import type { CoreAccess } from "./core-access";
import { CoreContainer, type LabDocker } from "./core-container";
import { coreServers } from "../services/core-servers";
import { services, type ServiceName } from "../services/registry";
import type { AgentSide } from "../services/service";
import { plannedPort, type CoreHost } from "../topology";
import { serverDir, trustDir } from "./core-paths";
import type { GeneratedSecrets } from "./generated-secrets";
import type { Network } from "./network";

export interface LabCoreArgs {
    /** The lab's host side on the internal network, with the sockets of its servers. */
    host: CoreHost;
    secrets: GeneratedSecrets;
    /** Who may connect to PostgreSQL, besides provisioning and OpenBao. */
    databaseClients: DatabaseClient[];
    /** Of the stack (paths.ts). */
    dataDir: string;
    runDir: string;
    dockerSocket: string;
    cgroup: string;
    /** As for the images of VMs. */
    suite: string;
    checkValidUntil: boolean;
    mirror: string;
    network: Network;
}

/** Numbers of the containers' users (services/NAME/image.sh). */
const users = { openbao: 8200, postgres: 5432 };

/** Of PostgreSQL: 100 connections (max_connections) of some 10 MiB, its shared buffers, and as much again for what it caches. */
const limits = {
    openbao: { memoryMiB: 1024, processes: 512 },
    postgres: { memoryMiB: 2048, processes: 1024 },
};

/** The servers that define themselves how they run. */
function otherServers(lab: LabDocker, { host, secrets }: LabCoreArgs, parent: pulumi.Resource): CoreContainer[] {
    return services.flatMap(({ name, core, rights }) => {
        if (!core || !host.services.some((planned) => planned.name === name)) return [];
        const known = secrets.of(rights?.secrets ?? []);
        const port = (of: string, service: string = name): number => plannedPort(host, service as ServiceName, of);
        const place = { address: host.address, port };
        const server = {
            user: core.user,
            limits: core.limits,
            volumes: [...core.volumes],
            files: known.apply((values) => core.files({ ...place, secrets: values })),
            configDir: core.configDir,
            stopSignal: core.stopSignal,
            healthcheck: core.healthcheck({ ...place, secrets: {} }),
            templates: (side: AgentSide) => core.templates?.(side, place) ?? [],
        };
        return new CoreContainer(name, { ...lab, ...server }, { parent });
    });
}

/** The lab's own OpenBao and PostgreSQL, and the other core services, in containers of the lab's own Docker daemon. */
export function labCore(parent: pulumi.Resource, name: string, args: LabCoreArgs): CoreAccess {
    const { dataDir, runDir, host } = args;
    const { address } = host;
    const ports = { vault: plannedPort(host, "openbao", "api"), postgres: plannedPort(host, "postgres", "sql") };
    const options = { parent };

    const secret = (of: string, length: number) =>
        new random.RandomPassword(`${name}-${of}`, { length, special: false }, options).result;
    const seal = secret("openbao-seal", 64);
    const secretId = secret("provisioning", 64);
    const roleId = new random.RandomUuid(`${name}-provisioning-role`, {}, options).result;
    const password = secret("postgres", 32);

    const store = new ContainerStore(
        `${name}-images`,
        {
            kind: "core",
            suite: args.suite,
            checkValidUntil: args.checkValidUntil,
            ...(args.mirror ? { mirror: args.mirror } : {}),
            containers: coreServers.map((name) => ({ name })),
        },
        options,
    );
    const daemon = new DockerDaemon(
        `${name}-daemon`,
        {
            dataDir,
            runDir,
            socket: args.dockerSocket,
            cgroup: args.cgroup,
            layers: store.layers,
            store: store.store,
        },
        options,
    );
    const provider = new docker.Provider(
        `${name}-docker`,
        { host: daemon.host, disableDockerDaemonCheck: true },
        { parent, dependsOn: [daemon] },
    );
    const lab: LabDocker = { address, dataDir, runDir, store, daemon, provider, network: args.network };

    const openbao = new CoreContainer(
        "openbao",
        {
            ...lab,
            user: users.openbao,
            limits: limits.openbao,
            volumes: ["data", "audit"],
            files: pulumi.all([seal, roleId, secretId]).apply((secrets) =>
                openbaoFiles({
                    address,
                    port: ports.vault,
                    seal: secrets[0],
                    roleId: secrets[1],
                    secretId: secrets[2],
                }),
            ),
            configDir: "/etc/openbao",
            stopSignal: "SIGTERM",
        },
        options,
    );
    const postgres = new CoreContainer(
        "postgres",
        {
            ...lab,
            user: users.postgres,
            limits: limits.postgres,
            volumes: ["data"],
            files: password.apply((known) =>
                postgresFiles({ address, port: ports.postgres, password: known, clients: args.databaseClients }),
            ),
            reloaded: postgresReloaded,
            configDir: "/etc/postgresql",
            stopSignal: "SIGINT", // does not wait for clients to disconnect (pg_ctl, fast)
            healthcheck: ["pg_isready", "--quiet", "--host", address, "--port", String(ports.postgres)],
        },
        options,
    );

    const servers = [openbao, postgres, ...otherServers(lab, args, parent)];
    const certificates = pulumi
        .all(servers.map(({ bootstrapCertificate }) => bootstrapCertificate))
        .apply((all) => all.join(""));
    const anchors = new TrustAnchors(`${name}-anchors`, { file: `${trustDir(args)}/ca.pem`, certificates }, options);
    const server = new VaultServer(
        `${name}-openbao`,
        {
            address: `https://${address}:${ports.vault}`,
            caFile: anchors.file,
            roleId,
            secretId,
            dockerHost: daemon.host,
            container: openbao.container.name,
            containerId: openbao.container.id,
            dataDir: serverDir(args, "openbao"),
            policy: provisioningPolicy(),
        },
        options,
    );
    return {
        vault: { address: server.address, caFile: anchors.file, ca: anchors.certificates, token: server.token },
        postgres: {
            // also known while the container is being replaced: the data in its volume stays
            host: postgres.container.urn.apply(() => address),
            port: pulumi.output(ports.postgres),
            user: pulumi.output("postgres"),
            password: pulumi.secret(password),
            caFile: anchors.file,
            ca: anchors.certificates,
            caFileOnVault: anchors.file.apply(() => "/trust/ca.pem"),
        },
        valkey: { host: address, port: plannedPort(host, "valkey", "tls") },
        versions: store.versions,
        servers: { vault: server, postgres: postgres.files },
        lab: { ...lab, servers },
    };
}
