import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { inContainer } from "../services/container";
import type { ContainerUser } from "../services/container-user";
import { firewallApply, firewallFiles, type FirewallPeer } from "../services/firewall/files";
import type { VmImage } from "../providers/image/resource";
import type { SshAccess } from "../providers/ssh-access/resource";
import { Vm } from "../providers/vm/resource";
import { VmFiles } from "../providers/vm-files/resource";
import type * as topology from "../topology";
import type { Network } from "./network";

/** What every tier needs to make one of its VMs. */
export interface MachineArgs {
    /** The planned VM. */
    plan: topology.Vm;
    image: VmImage;
    access: SshAccess;
    network: Network;
    /** Every VM of the plan, for its firewall. */
    vms: readonly FirewallPeer[];
    /** Directory of the stack, for disks. */
    dataDir: pulumi.Input<string>;
}

/** A VM and its access. */
export interface Machine {
    plan: topology.Vm;
    image: VmImage;
    vm: Vm;
    /** For resources on the VM: where they are; they are removed with it. */
    target: { sshConfig: pulumi.Output<string>; host: string; vmId: pulumi.Output<string> };
    options: pulumi.CustomResourceOptions;
}

/**
 * Makes a VM; resources on it get `target` as arguments and `options` as options.
 * @param modules kernel modules of which the image's kernel must have loaded one when the image was built; none if empty
 */
export function makeMachine(parent: pulumi.Resource, args: MachineArgs, modules: readonly string[] = []): Machine {
    const { plan, image, access, network } = args;
    const vm = new Vm(
        `${plan.name}-vm`,
        {
            hypervisor: plan.hypervisor,
            uri: plan.libvirtUri,
            ...(plan.libvirtPool ? { pool: plan.libvirtPool } : {}),
            vmName: plan.name,
            vcpus: plan.vcpus,
            memoryMiB: plan.memoryMiB,
            diskGiB: plan.diskGiB,
            disk: image.disk,
            kernel: image.kernel,
            initrd: image.initrd,
            cmdline: image.cmdline,
            ...(modules.length > 0 ? { modules: [...modules] } : {}),
            nics: plan.nics.map((nic) => ({ ...nic, network: network.names[nic.network] })),
            authorizedKey: access.publicKey,
            hostKeyFile: access.hostKeyFiles.apply((files) => files[plan.name]),
            sshConfig: access.configFile,
            dataDir: args.dataDir,
        },
        { parent, dependsOn: [network] },
    );
    const target = { sshConfig: access.configFile, host: plan.name, vmId: vm.uuid };
    // resources on a VM are removed with it: no need to remove them first
    const options = { parent, deletedWith: vm, dependsOn: [vm] };
    const ports = plan.services.flatMap((service) => service.ports);
    const files = firewallFiles({ nics: plan.nics, ports, vms: args.vms });
    const firewall = { bundleName: "firewall", files, apply: firewallApply };
    new VmFiles(`${plan.name}-firewall`, { ...target, ...firewall }, options);
    return { plan, image, vm, target, options };
}

/** The Docker daemon of a VM, reached by ssh as the operator. */
export function dockerOn(machine: Machine): docker.Provider {
    const { plan, target, options } = machine;
    const args: docker.ProviderArgs = {
        host: `ssh://${plan.name}`,
        sshOpts: ["-F", target.sshConfig],
        disableDockerDaemonCheck: true,
    };
    return new docker.Provider(`${plan.name}-docker`, args, options);
}

/** More than all connections and calls that the configurations allow. */
const openFiles = 65_536;

/**
 * The part of a VM's memory that its container may take, of 1,024 MiB 682. The rest is for the kernel, Docker, sshd, the agent and
 * what else runs beside it, some 250 MiB: if the container takes too much, the kernel ends the container, and none of these.
 */
const memoryShare = 2 / 3;

export interface ContainerOnMachine {
    /** Name of the container, and of its image in the VM's store. */
    container: string;
    /** Whose rights its program has; root's capabilities are none of them. */
    user: ContainerUser;
    /** Program and arguments, if not those of the image. */
    entrypoint?: string[];
    /** Directories of the VM that the container mounts at the same path. */
    readOnly: string[];
    writable: string[];
    /** Its user's directories in memory, empty at each start, such as for its sockets. It can write nowhere else. */
    memoryDirs: string[];
    /** Its environment, beside the image's own. */
    environment?: Record<string, string>;
    /** The most processes and threads that its user may have. */
    processes: number;
    /** The highest real-time priority that it may take (sched(7)); none by default. */
    realTimePriority?: number;
}

/** Runs a container on a VM's own network, from the image in the VM's store. */
export function runContainer(
    machine: Machine,
    provider: docker.Provider,
    args: ContainerOnMachine,
    dependsOn: pulumi.Resource[],
): docker.Container {
    const { plan, image, vm, options } = machine;
    const { user, entrypoint, realTimePriority } = args;
    const mount = (path: string, readOnly: boolean) => ({ hostPath: path, containerPath: path, readOnly });
    const limit = (name: string, value: number) => ({ name, soft: value, hard: value });
    return new docker.Container(
        `${plan.name}-${args.container}`,
        {
            name: args.container,
            image: image.containerImages.apply((images) => images[args.container].id),
            user: `${user.id}:${user.id}`,
            ...(entrypoint ? { entrypoints: entrypoint } : {}),
            networkMode: "host",
            restart: "unless-stopped",
            readOnly: true,
            volumes: [
                ...args.readOnly.map((path) => mount(path, true)),
                ...args.writable.map((path) => mount(path, false)),
            ],
            tmpfs: Object.fromEntries(
                args.memoryDirs.map((path) => [path, `mode=0755,uid=${user.id},gid=${user.id},size=16m`]),
            ),
            envs: Object.entries(args.environment ?? {}).map(([name, value]) => `${name}=${value}`),
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges"],
            memory: Math.floor(plan.memoryMiB * memoryShare),
            memorySwap: -1, // guests have no swap
            ulimits: [
                // a connection or a stream is a file each; the default of 1,024 is that of a login
                limit("nofile", openFiles),
                // Docker's own limit of processes is no input of the official plugin; this one is good for any user but root
                limit("nproc", args.processes),
                ...(realTimePriority ? [limit("rtprio", realTimePriority)] : []),
            ],
            logDriver: "local",
            // a replaced VM no longer has the container
            labels: [{ label: "voip-stack.vm", value: vm.uuid }],
        },
        { ...options, provider, dependsOn, deleteBeforeReplace: true },
    );
}

/**
 * A shell command for a container that may not run yet; then there is nothing to do. The container is found by its process,
 * which has its name: Docker itself may still be starting, and is slow to answer.
 */
export const whereRunning = (container: string, command: string): string =>
    `if pgrep -x ${container} >/dev/null; then ${command}; fi`;

/** The same for a command inside of the container. */
export const insideWhereRunning = (container: string, command: string): string =>
    whereRunning(container, inContainer(container, command));
