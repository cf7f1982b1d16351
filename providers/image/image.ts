import * as fs from "node:fs";
import { buildImage } from "../../images/build";
import { type Definitions, imageCommandLine } from "../../images/definitions";
import type { BuiltImage } from "../../images/manifest";
import { archivePath, imageEntry, type ContainerRequest } from "../../images/recipe";
import { listOf, matching, objectOf, oneOf, optional, text, violations, type Rule } from "../check";
import { type DynamicProvider, gone, isKnown } from "../dynamic";

export interface ImageInputs {
    kind: string;
    suite: string;
    checkValidUntil: boolean;
    mirror?: string;
    containers: ContainerRequest[];
}

export interface ImageOutputs extends ImageInputs, BuiltImage {
    hash: string;
    cmdline: string;
}

/** The provider of VmImage over a set of definitions. */
export function imageProvider(definitions: Definitions): DynamicProvider<ImageInputs, ImageOutputs> {
    const rules = imageRules(definitions);
    const build = async (inputs: ImageInputs): Promise<ImageOutputs> => {
        const progress = (line: string) => void process.stderr.write(`${line}\n`);
        const { checkValidUntil } = inputs;
        const image = await buildImage(inputs, { definitions, checkValidUntil, progress });
        return { ...inputs, ...image, hash: imageEntry(definitions, inputs).hash, cmdline: imageCommandLine };
    };
    return {
        async check(_olds, news) {
            const inputs = { ...news, containers: news.containers ?? [] };
            const failures = violations(inputs, rules);
            if (failures.length === 0) failures.push(...dockerlessContainers(definitions, inputs));
            return { inputs, failures };
        },

        /** Another image never replaces this resource: the disk's path changes, and with it the VMs that lie on it. */
        async diff(_id, olds, news) {
            const containers = isKnown(news.containers)
                ? news.containers.flatMap(({ name, archive }) => [name, archive])
                : [news.containers];
            const known = [news.kind, news.suite, news.mirror, ...containers].every(isKnown);
            return { changes: !known || imageEntry(definitions, news).hash !== olds.hash };
        },

        async create(inputs) {
            const outs = await build(inputs);
            return { id: imageEntry(definitions, inputs).name, outs };
        },

        /** Gone when somebody emptied the cache; what is built then has another path, as it is not the same to the byte. */
        async read(id, props) {
            const { kind, suite, checkValidUntil, containers, disk, kernel, initrd } = props;
            const mirror = props.mirror === undefined ? {} : { mirror: props.mirror }; // what is undefined can't be sent
            if (![disk, kernel, initrd].every((file) => fs.existsSync(file))) return gone;
            return { id, props, inputs: { kind, suite, checkValidUntil, ...mirror, containers } };
        },

        async update(_id, _olds, news) {
            return { outs: await build(news) };
        },

        async delete() {
            // The cache belongs to all stacks: the next one to ask for this image has it at once.
        },
    };
}

function imageRules(definitions: Definitions): { [Key in keyof Required<ImageInputs>]: Rule } {
    return {
        kind: oneOf(...Object.keys(definitions.images)),
        suite: matching(/^[a-z][a-z-]*$/, "the name of a Debian suite such as forky"),
        checkValidUntil: (value) =>
            typeof value === "boolean" || !isKnown(value) ? [] : [{ path: "", allowed: "true or false", value }],
        mirror: optional(matching(/^https?:\/\/\S+$/, "the http or https URI of a Debian archive")),
        containers: (value) =>
            Array.isArray(value) && value.length === 0
                ? []
                : listOf(objectOf({ name: oneOf(...Object.keys(definitions.containers)), archive: optional(archive) }))(
                      value,
                  ),
    };
}

const archive: Rule = (value) => {
    const found = text(value);
    if (found.length > 0 || !isKnown(value) || fs.existsSync(archivePath(value as string))) return found;
    return [{ path: "", allowed: "the path of an OCI or Docker archive (docker save)", value }];
};

function dockerlessContainers(definitions: Definitions, { kind, containers }: ImageInputs) {
    if (!isKnown(kind) || !isKnown(containers) || containers.length === 0 || definitions.images[kind].docker) return [];
    const names = containers.map(({ name }) => name).join(", ");
    return [
        {
            property: "containers",
            reason: `containers must be empty for a ${kind} image, which has no Docker, not ${names}`,
        },
    ];
}
