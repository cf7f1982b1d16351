import * as docker from "@pulumi/docker";
import { Vm, type VmArgs } from "../../../../providers/vm/resource";
import { VmNetwork } from "../../../../providers/vm-network/resource";

/*
 * What can be orphaned: networks, a VM with its disk, a container, one after the other. From stage 1 to 2 `spare` and `box`
 * are replaced, `guest` is updated.
 */
const stage = Number(process.env.STAGE);
const { vm, dockerHost, image } = JSON.parse(process.env.MACHINES as string) as {
    vm: Omit<VmArgs, "memoryMiB"> & { uri: string };
    dockerHost: string;
    image: string;
};
const { uri } = vm;

const net = new VmNetwork("net", { uri, networkName: "internal", bridge: "br-int" });
const bridge = stage === 1 ? "br-ext" : "br-new";
const spare = new VmNetwork("spare", { uri, networkName: "external", bridge }, { dependsOn: net });
const guest = new Vm("guest", { ...vm, memoryMiB: 192 + 64 * stage }, { dependsOn: spare });
const provider = new docker.Provider("dockerd", { host: dockerHost }, { dependsOn: guest });
const box = { name: "box", image, command: ["sleep", "1000000"], networkMode: "none", envs: [`STAGE=${stage}`] };
new docker.Container("box", box, { provider, dependsOn: guest });
