import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface DockerDaemonArgs {
    /** The stack's directory: the daemon keeps its data in `docker` there. */
    dataDir: pulumi.Input<string>;
    /** The stack's directory for what does not outlive the machine's next start. */
    runDir: pulumi.Input<string>;
    /** Where the daemon listens; below `runDir`, as containers and others see nothing else of it. */
    socket: pulumi.Input<string>;
    /** Control group that containers are put below. */
    cgroup: pulumi.Input<string>;
    /** Its root file system, as directories for overlayfs, uppermost first. */
    layers: pulumi.Input<string[]>;
    /** What its data is to begin with: the images of containers. With another one, containers are made anew. */
    store: pulumi.Input<string>;
}

/**
 * The Docker daemon of a lab: it runs in the lab's namespaces, from an image of ours, and ends with the lab. It has no bridge and
 * leaves netfilter alone; containers use the lab's own network. When it dies it comes back by itself, and containers run on.
 */
export class DockerDaemon extends DynamicResource {
    /** For DOCKER_HOST, or `host` of a docker.Provider. */
    declare readonly host: pulumi.Output<string>;
    declare readonly store: pulumi.Output<string>;

    constructor(name: string, args: DockerDaemonArgs, opts?: pulumi.CustomResourceOptions) {
        const definition = {
            type: "DockerDaemon",
            provider: "providers/docker-daemon/provider.ts",
            outputs: ["host", "state"],
        };
        super(definition, name, args, opts);
    }
}
