import * as pulumi from "@pulumi/pulumi";
import { externalCoreArgs } from "./components/core-args";
import { CoreAgent } from "./components/core-agent";
import { CoreServices } from "./components/core-services";
import { Databases } from "./components/databases";
import { Extensions } from "./components/extensions";
import { GeneratedSecrets } from "./components/generated-secrets";
import { Images } from "./components/images";
import { MediaServer } from "./components/media-server";
import { Network } from "./components/network";
import { Pbx } from "./components/pbx";
import { PhonesNamespace } from "./components/phones-namespace";
import { protectData } from "./components/protection";
import { SipProxy } from "./components/sip-proxy";
import { VaultBootstrap } from "./components/vault-bootstrap";
import { availableContainers } from "./config/images";
import { programConfig } from "./config/program";
import { databaseClients } from "./databases/clients";
import { requireLab } from "./lab/required";
import { platformOutputs } from "./outputs";
import { stackPaths } from "./paths";
import { SshAccess } from "./providers/ssh-access/resource";
import { addressOf, certifiedAddresses, coreOf, plan, withRole } from "./topology";
import { pbxDomain } from "./vault/certificates";
import { identityPlans } from "./vault/policies";

const paths = stackPaths(pulumi.getStack());
const config = programConfig(paths.libvirtUri);
if (config.lab) requireLab(pulumi.getStack());
if (config.protect) protectData();
const topology = plan(config);
const { sipDomain, ports, rotation } = config;
const { rtpMin, rtpMax } = ports;
const vms = topology.vms.map((vm) => ({
    name: vm.name,
    role: vm.role,
    address: addressOf(vm, "internal"),
    certified: certifiedAddresses(vm),
}));
const coreAddress = topology.networks.internal.hostAddress;
const { certificateSeconds } = rotation;
const identities = identityPlans({ sipDomain, vms, coreAddress, certificateSeconds });
const packages = {
    suite: config.debianSuite,
    checkValidUntil: config.aptCheckValidUntil,
    mirror: config.debianMirror,
};

const network = new Network("network", {
    networks: topology.networks,
    uris: [...new Set(topology.vms.map((vm) => vm.libvirtUri))],
    ownBridges: !config.lab,
});

const images = new Images("images", {
    ...packages,
    containers: availableContainers(config),
    archives: config.archives,
});

const access = new SshAccess("access", {
    dir: `${paths.dataDir}/ssh`,
    runDir: paths.runDir,
    user: "voip",
    hosts: vms.map(({ name, address }) => ({ name, address })),
});

const secrets = new GeneratedSecrets("secrets");

const core = new CoreServices(
    "core",
    config.external
        ? externalCoreArgs(config.external, ports)
        : {
              lab: {
                  ...{ ...paths, ...packages, host: coreOf(topology), secrets, network },
                  databaseClients: databaseClients(topology),
              },
          },
);

const databases = new Databases("databases", {
    postgres: core.postgres,
    exclusive: !config.external,
    deletedWith: core.servers?.postgres,
});

const extensions = new Extensions("extensions", {
    extensions: config.extensions,
    passwords: config.extensionPasswords,
    withPassword: Object.keys(config.extensionPasswords),
    sipDomain,
    postgres: core.postgres,
    databases,
    deletedWith: core.servers?.postgres,
});

const bootstrap = new VaultBootstrap("vault", {
    vault: core.vault,
    postgres: core.postgres,
    databases,
    rotation,
    sipDomain,
    vms,
    identities,
    generated: secrets.values,
    extensions: config.extensions,
    passwords: extensions.passwords,
    caGeneration: config.caGeneration,
    deletedWith: core.servers?.vault,
});

const { vault, postgres } = new CoreAgent(
    "core-agent",
    { core, ca: bootstrap.ca, roleId: bootstrap.roleIds.core, certificateSeconds },
    { dependsOn: [bootstrap, extensions] },
);

const machine = { access, network, vms, dataDir: paths.dataDir };
const identity = (role: "sip" | "pbx" | "media") => ({ vault, roleId: bootstrap.roleIds[role] });

const mediaServers = withRole(topology, "media").map(
    (vm) =>
        new MediaServer(vm.name, {
            ...machine,
            ...identity("media"),
            plan: vm,
            image: images.media,
            ports: { ng: ports.ng, cli: ports.ngCli, rtpMin, rtpMax },
            fallback: config.rtpengineFallback,
        }),
);

const pbxs = withRole(topology, "pbx").map(
    (vm) =>
        new Pbx(vm.name, {
            ...machine,
            ...identity("pbx"),
            plan: vm,
            image: images.pbx,
            sipDomain,
            port: ports.asterisk,
            tlsPort: ports.asteriskTls,
            proxies: withRole(topology, "sip").map((proxy) => ({
                name: proxy.name,
                address: addressOf(proxy, "internal"),
                port: ports.sip,
            })),
            rtpMin,
            rtpMax,
            ringSeconds: config.ringSeconds,
            postgres,
            commonName: pbxDomain(sipDomain),
            certificateSeconds,
        }),
);

const sipProxies = withRole(topology, "sip").map(
    (vm) =>
        new SipProxy(vm.name, {
            ...machine,
            ...identity("sip"),
            plan: vm,
            image: images.sip,
            sipDomain,
            edge: config.edge,
            pbxs: pbxs.map(({ address, port }) => ({ address, port })),
            media: mediaServers.map(({ internal }) => ({ address: internal, port: ports.ng })),
            postgres,
            ...(core.valkey ? { valkey: core.valkey } : {}),
            certificateSeconds,
        }),
);

if (config.lab) {
    new PhonesNamespace("phones", { netns: paths.phonesNetns, labNetns: paths.netns, topology, network });
}

export = platformOutputs({
    ...{ config, topology, paths, access, extensions, core, databases, ca: bootstrap.ca },
    ...{ sipProxies, pbxs, mediaServers },
});
