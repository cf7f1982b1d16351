import * as pulumi from "@pulumi/pulumi";
import type { CoreServices } from "./components/core-services";
import type { Databases } from "./components/databases";
import type { Extensions } from "./components/extensions";
import type { MediaServer } from "./components/media-server";
import type { Pbx } from "./components/pbx";
import type { SipProxy } from "./components/sip-proxy";
import { runnableContainers, type StackConfig } from "./config/types";
import type { StackPaths } from "./paths";
import type { SshAccess } from "./providers/ssh-access/resource";
import { portOf, type ServiceName, type Topology, type Vm } from "./topology";

export interface OutputsArgs {
    config: StackConfig;
    topology: Topology;
    paths: StackPaths;
    access: SshAccess;
    extensions: Extensions;
    core: CoreServices;
    databases: Databases;
    /** CA certificates (PEM) of all TLS listeners. */
    ca: pulumi.Output<string>;
    sipProxies: SipProxy[];
    pbxs: Pbx[];
    mediaServers: MediaServer[];
}

/** Name of the machine that a libvirt URI leads to. */
const hostOf = (uri: string): string =>
    new URL(uri.replace(/^\w+(\+\w+)?:/, "http:").replace("///", "//localhost/")).hostname;

function vmOutput({ role, libvirtUri, nics, services }: Vm) {
    return {
        role,
        host: hostOf(libvirtUri),
        addresses: Object.fromEntries(nics.map((nic) => [nic.name, nic.address])),
        services: services.map((service) => service.name),
    };
}

/** The services that run, each with the port by which it is known. */
function serviceOutputs({ topology, mediaServers }: OutputsArgs) {
    const units: Partial<Record<ServiceName, string>> = {
        rtpengine: mediaServers[0].unit,
        pgbouncer: "pgbouncer.service",
    };
    const runs = (name: ServiceName) => name in units || (runnableContainers as readonly string[]).includes(name);
    return topology.vms.flatMap((vm) =>
        vm.services
            .filter((service) => runs(service.name))
            .map(({ name, kind, ports }) => ({
                name,
                vm: vm.name,
                kind,
                ...(name in units ? { unit: units[name] } : {}),
                port: ports[0].port,
            })),
    );
}

/** The stack's outputs: all that a test harness or a person needs to use the platform. */
export function platformOutputs(args: OutputsArgs) {
    const { config, topology, paths, access, extensions, core } = args;
    const [proxy, pbx, media] = [args.sipProxies[0], args.pbxs[0], args.mediaServers[0]];
    const { ng, ngCli } = config.ports;
    const udp = portOf(proxy.machine.plan, config.sipOwner, "udp");
    const tls = portOf(proxy.machine.plan, config.sipOwner, "tls");
    const accounts = pulumi
        .all([extensions.passwords, extensions.voicemailPins])
        .apply(([passwords, pins]) =>
            Object.fromEntries(
                config.extensions.map((extension) => [
                    extension,
                    { password: passwords[extension], voicemailPin: pins[extension] },
                ]),
            ),
        );
    return {
        phase: config.phase,
        sipDomain: config.sipDomain,
        sipOwner: config.sipOwner,
        vms: Object.fromEntries(topology.vms.map((vm) => [vm.name, vmOutput(vm)])),
        proxy: { external: proxy.external, internal: proxy.internal, ports: { udp, tcp: udp, tls } },
        pbx: { address: pbx.address, port: pbx.port, tlsPort: config.ports.asteriskTls },
        media: { external: media.external, internal: media.internal, ngPort: ng, cliPort: ngCli },
        extensions: pulumi.secret(accounts),
        versions: pulumi
            .all([core.versions, proxy.versions, pbx.versions, media.versions])
            .apply(([ofCore, ofProxy, ofPbx, ofMedia]) => ({ ...ofCore, ...ofProxy, ...ofPbx, ...ofMedia })),
        core: {
            kind: config.core,
            vaultAddress: core.vault.address,
            postgresHost: core.postgres.host,
            postgresPort: core.postgres.port,
        },
        cdr: args.databases.cdrStorage,
        ca: args.ca,
        vault: pulumi.secret({ token: core.vault.token, caFile: core.vault.caFile }),
        postgres: pulumi.secret({
            user: core.postgres.user,
            password: core.postgres.password,
            caFile: core.postgres.caFile,
        }),
        rotation: config.rotation,
        lab: {
            enabled: config.lab,
            netns: paths.netns,
            phonesNetns: paths.phonesNetns,
            phoneAddresses: topology.phones,
        },
        sshConfig: access.configFile,
        services: serviceOutputs(args),
    };
}
