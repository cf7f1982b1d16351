import * as pulumi from "@pulumi/pulumi";
import type { ContainerName } from "../config/types";
import { VmImage } from "../providers/image/resource";
import type { Role } from "../topology";
import { componentType } from "./token";

export interface ImagesArgs {
    /** Containers of each role's VMs whose images are available. */
    containers: Record<Role, ContainerName[]>;
    /** Debian suite, such as forky. */
    suite: string;
    /** Whether expired Release files of the mirror are refused. */
    checkValidUntil: boolean;
    /** URL of the Debian mirror; empty for the host's own. */
    mirror: string;
    /** Files with container images to use instead of Debian's packages. */
    archives: Partial<Record<ContainerName, string>>;
}

/** One VM image per role, with the images of its containers inside; built once, and kept outside of any stack. */
export class Images extends pulumi.ComponentResource {
    readonly sip: VmImage;
    readonly pbx: VmImage;
    readonly media: VmImage;

    constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Images"), name, {}, opts);
        const { suite, checkValidUntil, archives } = args;
        const image = (kind: Role) => {
            const containers = args.containers[kind].map((container) => {
                const archive = archives[container];
                return { name: container, ...(archive ? { archive } : {}) };
            });
            const mirror = args.mirror ? { mirror: args.mirror } : {};
            return new VmImage(
                `${name}-${kind}`,
                { kind, suite, checkValidUntil, ...mirror, containers },
                { parent: this },
            );
        };
        this.sip = image("sip");
        this.pbx = image("pbx");
        this.media = image("media");
        this.registerOutputs({ sip: this.sip.hash, pbx: this.pbx.hash, media: this.media.hash });
    }
}
