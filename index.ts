import * as pulumi from "@pulumi/pulumi";
import { Extensions } from "./components/extensions";
import { Images } from "./components/images";
import { MediaServer } from "./components/media-server";
import { Network } from "./components/network";
import { Pbx } from "./components/pbx";
import { PhonesNamespace } from "./components/phones-namespace";
import { SipProxy } from "./components/sip-proxy";
import { availableContainers } from "./config/images";
import { programConfig } from "./config/program";
import { tlsOf } from "./config/tls";
import { platformOutputs } from "./outputs";
import { stackPaths } from "./paths";
import { SshAccess } from "./providers/ssh-access/resource";
import { addressOf, plan, portOf, withRole } from "./topology";

const paths = stackPaths(pulumi.getStack());
const config = programConfig(paths.libvirtUri);
const topology = plan(config);
const { sipDomain, ports } = config;
const { rtpMin, rtpMax } = ports;

const network = new Network("network", {
    networks: topology.networks,
    uris: [...new Set(topology.vms.map((vm) => vm.libvirtUri))],
    ownBridges: !config.lab,
});

const images = new Images("images", {
    containers: availableContainers(config),
    suite: config.debianSuite,
    checkValidUntil: config.aptCheckValidUntil,
    mirror: config.debianMirror,
    archives: config.archives,
});

const access = new SshAccess("access", {
    dir: `${paths.dataDir}/ssh`,
    runDir: paths.runDir,
    user: "voip",
    hosts: topology.vms.map((vm) => ({ name: vm.name, address: addressOf(vm, "internal") })),
});

const extensions = new Extensions("extensions", {
    extensions: config.extensions,
    passwords: config.extensionPasswords,
    withPassword: Object.keys(config.extensionPasswords),
});

const machine = { access, network, dataDir: paths.dataDir };

const mediaServers = withRole(topology, "media").map(
    (vm) =>
        new MediaServer(vm.name, {
            ...machine,
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
            plan: vm,
            image: images.pbx,
            sipDomain,
            port: ports.asterisk,
            proxies: withRole(topology, "sip").map((proxy) => ({
                name: proxy.name,
                address: addressOf(proxy, "internal"),
                port: ports.sip,
            })),
            rtpMin,
            rtpMax,
            ringSeconds: config.ringSeconds,
            voicemailPins: extensions.voicemailPins,
        }),
);

const sipProxies = withRole(topology, "sip").map(
    (vm) =>
        new SipProxy(vm.name, {
            ...machine,
            plan: vm,
            image: images.sip,
            sipDomain,
            kamailioPort: portOf(vm, "kamailio", "udp"),
            tls: tlsOf(config, portOf(vm, "kamailio", "tls")),
            pbxs: pbxs.map(({ address, port }) => ({ address, port })),
            media: mediaServers.map(({ internal }) => ({ address: internal, port: ports.ng })),
            passwords: extensions.passwords,
        }),
);

if (config.lab) {
    new PhonesNamespace("phones", { netns: paths.phonesNetns, labNetns: paths.netns, topology, network });
}

export = platformOutputs({ config, topology, paths, access, extensions, sipProxies, pbxs, mediaServers });
