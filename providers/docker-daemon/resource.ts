import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface DockerDaemonArgs {
    /** The stack's directory: the daemon's data is in `docker` there. */
    dataDir: pulumi.Input<string>;
    /** The stack's directory for data that does not survive a reboot. */
    runDir: pulumi.Input<string>;
    /** The daemon's socket; in `runDir`, the only part of the daemon that containers and others see. */
    socket: pulumi.Input<string>;
    /** Parent control group of the containers. */
    cgroup: pulumi.Input<string>;
    /** Its root file system, as directories for overlayfs, uppermost first. */
    layers: pulumi.Input<string[]>;
    /** What its data starts with: the images of containers. With another store, containers are recreated. */
    store: pulumi.Input<string>;
}

/**
 * The Docker daemon of a lab: it runs in the lab's namespaces, from one of our images, and ends with the lab. It has no bridge
 * and does not use netfilter; containers use the lab's own network. When it dies it is restarted, and containers keep running.
 */
export class DockerDaemon extends DynamicResource {
    /** For DOCKER_HOST, or `host` of a docker.Provider. */
    declare readonly host: pulumi.Output<string>;
    declare readonly store: pulumi.Output<string>;
    /** Whether containers may have limits of memory: there is none where the host has no controller of cgroup version 2 for it. */
    declare readonly limitsMemory: pulumi.Output<boolean>;

    constructor(name: string, args: DockerDaemonArgs, opts?: pulumi.CustomResourceOptions) {
        const definition = {
            type: "DockerDaemon",
            provider: "providers/docker-daemon/provider.ts",
            outputs: ["host", "state", "limitsMemory"],
        };
        super(definition, name, args, opts);
    }
}
