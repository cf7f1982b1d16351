import { serviceNamed } from "../services/registry";
import { containersOf, type Role } from "../topology";
import { project } from "./problems";
import type { StackConfig } from "./stack-config";
import type { ContainerName } from "./types";

/** Whether there is a container image to build a VM image with. */
function isAvailable(config: StackConfig, container: ContainerName): boolean {
    if (config.archives[container]) return true;
    const { run } = serviceNamed(container);
    return config.imageSource === "debian" && run.kind === "container" && run.image !== "archive";
}

/** The containers of each role to build an image with: those that run there and have an image. */
export function availableContainers(config: StackConfig): Record<Role, ContainerName[]> {
    const isBuilt = (container: ContainerName): boolean =>
        serviceNamed(container).configured && isAvailable(config, container);
    const of = (role: Role) => containersOf(config.phase, config.sipOwner, role).filter(isBuilt);
    return { sip: of("sip"), pbx: of("pbx"), media: of("media") };
}

/** What the plan's containers lack: faults of the configuration (`wrong`), and what an `up` still needs (`toSupply`). */
export function checkImages(config: StackConfig): { wrong: string[]; toSupply: string[] } {
    const wrong: string[] = [];
    const toSupply: string[] = [];
    for (const container of containersOf(config.phase, config.sipOwner)) {
        const how = `save an image with \`docker save -o ${container}.tar IMAGE\` and set ${project}:${container}Archive`;
        if (!isAvailable(config, container)) {
            if (config.imageSource === "debian") wrong.push(notInDebian(config, container, how));
            else toSupply.push(`The ${container} image is to be supplied, as imageSource is "upstream": ${how}.`);
        } else if (!serviceNamed(container).configured) {
            const runs = containersOf("4", config.sipOwner).filter((name) => serviceNamed(name).configured);
            toSupply.push(
                `The configuration of ${container} is not part of this version, which runs ${runs.join(", ")}.`,
            );
        }
    }
    return { wrong, toSupply };
}

function notInDebian(config: StackConfig, container: ContainerName, how: string): string {
    const isOwner = container === config.sipOwner;
    const key = isOwner ? "sipOwner" : "phase";
    const needs = isOwner ? "it" : container;
    return `${project}:${key} is "${config[key]}": ${needs} can't be had with imageSource "debian"; ${how}.`;
}
