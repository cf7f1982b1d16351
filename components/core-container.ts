import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { BootstrapCertificate } from "../providers/bootstrap-certificate/resource";
import type { DockerDaemon } from "../providers/docker-daemon/resource";
import { HostFiles } from "../providers/host-files/resource";
import { secretsDirOf } from "../paths";
import type { ContainerStore } from "../providers/image/resource";
import type { CertifiedServer } from "../services/core-agent/files";
import type { CoreLimits } from "../services/service";
import { serverDir, serverTlsDir, trustDir } from "./core-paths";
import { fingerprint } from "./fingerprint";
import type { Network } from "./network";
import { componentType } from "./token";

/** The lab's own Docker daemon, and its paths. */
export interface LabDocker {
    /** Address that servers listen on. */
    address: string;
    dataDir: string;
    runDir: string;
    store: ContainerStore;
    daemon: DockerDaemon;
    provider: docker.Provider;
    network: Network;
}

export const mount = (hostPath: string, containerPath: string, readOnly = false) => ({
    hostPath,
    containerPath,
    readOnly,
});

/** What a container of the lab may not do or take. */
export const confined = (daemon: DockerDaemon, { memoryMiB }: { memoryMiB: number }) => ({
    readOnly: true,
    securityOpts: ["no-new-privileges"],
    // a limit that the daemon drops would be missing in each later `up`
    memory: daemon.limitsMemory.apply((can) => (can ? memoryMiB : 0)),
    // what the daemon has where the host does not count swap
    memorySwap: daemon.limitsMemory.apply((can) => (can ? -1 : 0)),
});

export interface CoreContainerArgs extends LabDocker {
    /** Number of the user, and group, that it runs as. */
    user: number;
    /** What it may take, at most. */
    limits: CoreLimits;
    /** Volumes by name: `data` is /data in the container, and lasts until the stack is destroyed. */
    volumes: string[];
    /** Files of its configuration, by name. Secret: they are kept in memory only (tmpfs). */
    files: pulumi.Output<Record<string, string>>;
    /** Names of those that a reload applies; a change of any other replaces the container. */
    reloaded?: string[];
    /** Where they are in the container. */
    configDir: string;
    stopSignal: string;
    /** Command that succeeds when the server is ready; if given, `up` waits for it. */
    healthcheck?: string[];
    /** The templates of the core's agent for it, besides its certificate. */
    templates?: CertifiedServer["templates"];
}

/**
 * A core service in a container of the lab: on the lab's own network, with its own user and without capabilities, with volumes,
 * a bootstrap certificate, and a configuration in memory.
 */
export class CoreContainer extends pulumi.ComponentResource {
    /** Name of the container, and of its image. */
    readonly service: string;
    /** Number of its user. */
    readonly user: number;
    readonly container: docker.Container;
    /** Its directories: the data of a volume lasts as long as they do, whatever happens to the container. */
    readonly files: HostFiles;
    /** PEM. */
    readonly bootstrapCertificate: pulumi.Output<string>;
    /** Directory with its certificates; core-agent puts `server.pem` there. */
    readonly tlsDir: string;
    /** Directory of its runtime files: sockets, and the FIFO `reload`. */
    readonly socketDir: string;
    readonly templates: CertifiedServer["templates"];

    constructor(name: string, args: CoreContainerArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("CoreContainer"), name, {}, opts);
        this.service = name;
        this.user = args.user;
        this.templates = args.templates;
        const { address, store, daemon, provider, user } = args;
        const data = serverDir(args, name);
        const run = `${secretsDirOf(args.runDir)}/${name}`;
        this.tlsDir = serverTlsDir(args, name);
        this.socketDir = `${run}/run`;
        const configDir = `${run}/etc`;
        const volumes = args.volumes.map((volume) => `${data}/${volume}`);
        const { reloaded = [] } = args;
        const fixed = args.files.apply((contents) =>
            Object.fromEntries(Object.entries(contents).filter(([file]) => !reloaded.includes(file))),
        );
        const paths = reloaded.map((file) => `${configDir}/${file}`);
        const ours = { mode: "0700", owner: 0 };
        const its = { mode: "0700", owner: user };

        this.files = new HostFiles(
            `${name}-files`,
            {
                directories: [
                    ...[data, run].map((path) => ({ path, ...ours })),
                    ...[...volumes, this.tlsDir, this.socketDir, configDir].map((path) => ({ path, ...its })),
                ],
                files: pulumi.secret(
                    args.files.apply((contents) =>
                        Object.entries(contents).map(([file, content]) => ({
                            path: `${configDir}/${file}`,
                            mode: "0400",
                            owner: user,
                            content,
                        })),
                    ),
                ),
                ...(paths.length > 0 ? { reload: { paths, fifo: `${this.socketDir}/reload` } } : {}),
            },
            { parent: this },
        );
        const certificate = new BootstrapCertificate(
            `${name}-certificate`,
            { file: `${this.tlsDir}/bootstrap.pem`, owner: user, commonName: name, address },
            { parent: this, dependsOn: [this.files] },
        );
        this.bootstrapCertificate = certificate.certificate;

        this.container = new docker.Container(
            `${name}-container`,
            {
                name,
                image: store.containerImages.apply((images) => images[name].id),
                user: `${user}:${user}`,
                networkMode: "host",
                restart: "unless-stopped",
                ...confined(daemon, args.limits),
                ulimits: [{ name: "nproc", soft: args.limits.processes, hard: args.limits.processes }],
                volumes: [
                    ...args.volumes.map((volume) => mount(`${data}/${volume}`, `/${volume}`)),
                    mount(this.tlsDir, "/tls"),
                    mount(trustDir(args), "/trust", true),
                    mount(this.socketDir, `/run/${name}`),
                    mount(configDir, args.configDir, true),
                ],
                tmpfs: { "/tmp": "mode=1777" },
                capabilities: { drops: ["ALL"] },
                logDriver: "local",
                stopSignal: args.stopSignal,
                destroyGraceSeconds: 20,
                ...(args.healthcheck
                    ? {
                          healthcheck: {
                              tests: ["CMD", ...args.healthcheck],
                              interval: "30s",
                              startInterval: "500ms",
                              startPeriod: "1m0s",
                              timeout: "10s",
                          },
                          wait: true,
                          waitTimeout: 120,
                      }
                    : {}),
                labels: [
                    // a daemon that started with another store does not know this container
                    { label: "voip-stack.store", value: daemon.store },
                    { label: "voip-stack.config", value: fingerprint(fixed) },
                    { label: "voip-stack.certificate", value: fingerprint(certificate.certificate) },
                ],
            },
            { parent: this, provider, deleteBeforeReplace: true, dependsOn: [this.files, certificate, args.network] },
        );
        this.registerOutputs({ id: this.container.id });
    }
}
