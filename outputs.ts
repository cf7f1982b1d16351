import * as pulumi from "@pulumi/pulumi";
import type { CoreServices } from "./components/core-services";
import type { Databases } from "./components/databases";
import type { Extensions } from "./components/extensions";
import type { MediaServer } from "./components/media-server";
import type { Pbx } from "./components/pbx";
import type { SipProxy } from "./components/sip-proxy";
import type { StackConfig } from "./config/stack-config";
import type { PlatformOutputs, ServiceOutput, VmOutput } from "./contract";
import type { StackPaths } from "./paths";
import type { SshAccess } from "./providers/ssh-access/resource";
import { serviceNamed } from "./services/registry";
import { plannedPort, type Host, type Topology, type Vm } from "./topology";

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

/** A value of the contract, as far as the program knows it. */
type Filled<T> = T extends string | number | boolean | undefined
    ? pulumi.Input<T>
    : pulumi.Input<{ [Key in keyof T]: Filled<T[Key]> }>;
type FilledOutputs = { [Key in keyof PlatformOutputs]: Filled<PlatformOutputs[Key]> };

/** Name of the machine in a libvirt URI. */
const hostOf = (uri: string): string =>
    new URL(uri.replace(/^\w+(\+\w+)?:/, "http:").replace("///", "//localhost/")).hostname;

function vmOutput({ role, libvirtUri, nics, services }: Vm): VmOutput {
    return {
        role,
        host: hostOf(libvirtUri),
        libvirtUri,
        addresses: Object.fromEntries(nics.map((nic) => [nic.name, nic.address])) as VmOutput["addresses"],
        services: services.map((service) => service.name),
    };
}

/** The services that run on the hosts of the plan. */
function serviceOutputs({ vms, core }: Topology): ServiceOutput[] {
    const hosts: Host[] = [...vms, ...(core ? [core] : [])];
    return hosts.flatMap((host) =>
        host.services
            .map((planned) => ({ planned, service: serviceNamed(planned.name) }))
            .filter(({ service }) => service.configured)
            .map(({ planned: { name, kind, ports }, service: { run } }) => ({
                name,
                vm: host.name,
                kind,
                ...(run.kind === "unit" ? { unit: run.unit } : {}),
                ports: [...ports],
            })),
    );
}

/** The versions of a tier, whose machines all use the same images; their own versions where they differ. */
const versionsOf = (machines: (SipProxy | Pbx | MediaServer)[]): pulumi.Output<Record<string, string>> =>
    pulumi
        .all(machines.map(({ versions }) => versions as pulumi.Output<object>))
        .apply((all) => merged(all as Record<string, string>[]));

const merged = (all: Record<string, string>[]): Record<string, string> =>
    Object.assign({}, ...all) as Record<string, string>;

/** The stack's outputs: everything that a test harness or a person needs to use the platform. */
export function platformOutputs(args: OutputsArgs): FilledOutputs {
    const { config, topology, paths, access, extensions, core, sipProxies, pbxs, mediaServers } = args;
    const owner = config.sipOwner;
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
        sipOwner: owner,
        vms: Object.fromEntries(topology.vms.map((vm) => [vm.name, vmOutput(vm)])),
        proxies: sipProxies.map(({ machine: { plan }, external, internal }) => ({
            name: plan.name,
            external,
            internal,
            ports: {
                udp: plannedPort(plan, owner, "udp"),
                tcp: plannedPort(plan, owner, "tcp"),
                tls: plannedPort(plan, owner, "tls"),
            },
            plainSip: config.edge.plainSip,
        })),
        pbxs: pbxs.map(({ machine: { plan }, address }) => ({
            name: plan.name,
            address,
            port: plannedPort(plan, "asterisk", "sip"),
            tlsPort: plannedPort(plan, "asterisk", "tls"),
        })),
        mediaServers: mediaServers.map(({ machine: { plan }, external, internal }) => ({
            name: plan.name,
            external,
            internal,
            ngPort: plannedPort(plan, "rtpengine", "ng"),
            cliPort: plannedPort(plan, "rtpengine", "cli"),
        })),
        services: serviceOutputs(topology),
        extensions: pulumi.secret(accounts),
        versions: pulumi
            .all([core.versions, versionsOf(sipProxies), versionsOf(pbxs), versionsOf(mediaServers)])
            .apply(merged),
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
    };
}
