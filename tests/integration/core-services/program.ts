/** The core services of a lab and what is made in them, without any VM; run by the engine in a workspace of its own. */
import * as pulumi from "@pulumi/pulumi";
import { CoreAgent } from "../../../components/core-agent";
import { CoreServices } from "../../../components/core-services";
import { Databases } from "../../../components/databases";
import { GeneratedSecrets } from "../../../components/generated-secrets";
import { Network } from "../../../components/network";
import { VaultBootstrap } from "../../../components/vault-bootstrap";
import { validateStack } from "../../../config";
import { databaseClients } from "../../../databases/clients";
import { stackPaths } from "../../../paths";
import { addressOf, certifiedAddresses, coreOf, plan } from "../../../topology";
import { identityPlans } from "../../../vault/policies";

const checked = validateStack("testing");
if ("problems" in checked) throw new pulumi.RunError(checked.problems.join("\n"));
const { config } = checked;
const paths = stackPaths(pulumi.getStack());
const topology = plan(config);
const address = topology.networks.internal.hostAddress;
const { sipDomain, rotation } = config;
const secrets = new GeneratedSecrets("secrets");

const network = new Network("network", { networks: topology.networks, uris: [paths.libvirtUri], ownBridges: false });
const vms = topology.vms.map((vm) => ({
    name: vm.name,
    role: vm.role,
    address: addressOf(vm, "internal"),
    certified: certifiedAddresses(vm),
}));
const { certificateSeconds } = rotation;
const identities = identityPlans({ sipDomain, vms, coreAddress: address, certificateSeconds });
const packages = {
    suite: config.debianSuite,
    checkValidUntil: config.aptCheckValidUntil,
    mirror: config.debianMirror,
};
const host = coreOf(topology);
const core = new CoreServices("core", {
    lab: { ...paths, ...packages, host, secrets, network, databaseClients: databaseClients(topology) },
});
const { servers } = core;
const databases = new Databases("databases", {
    postgres: core.postgres,
    exclusive: true,
    deletedWith: servers?.postgres,
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
    extensions: [],
    passwords: {},
    deletedWith: servers?.vault,
});
const agent = new CoreAgent(
    "core-agent",
    { core, ca: bootstrap.ca, roleId: bootstrap.roleIds.core, certificateSeconds },
    { dependsOn: [bootstrap] },
);

export const vault = agent.vault;
export const postgres = agent.postgres;
