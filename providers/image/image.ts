import * as fs from "node:fs";
import { type BuildOptions, buildImage, buildStore } from "../../images/build";
import { imageCommandLine } from "../../images/disk";
import type { BuiltImage, BuiltStore } from "../../images/manifest";
import { archivePath, imageEntry, type ContainerRequest, type ImageRequest } from "../../images/recipe";
import type { Definitions } from "../../services/image";
import { listOf, matching, objectOf, oneOf, optional, text, violations, type Rule } from "../check";
import { type DynamicProvider, gone, isKnown } from "../contract";

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

export interface StoreOutputs extends ImageInputs, BuiltStore {
    hash: string;
}

/** The differences between images of VMs and the image of the lab's Docker daemon. */
interface Form<Special> {
    /** The `images` and `containers` of this form in the definitions. */
    kinds: string[];
    containers: string[];
    build(request: ImageRequest, options: BuildOptions): Promise<Special>;
    /** The files without which the image must be rebuilt. */
    files(outputs: Special): string[];
}

function ofForm({ images, containers }: Definitions, forDaemon: boolean) {
    const names = (defined: Record<string, { forDaemon?: boolean }>) =>
        Object.keys(defined).filter((name) => (defined[name].forDaemon ?? false) === forDaemon);
    return { kinds: names(images), containers: names(containers) };
}

/** The provider of VmImage over a set of definitions. */
export const imageProvider = (definitions: Definitions): DynamicProvider<ImageInputs, ImageOutputs> =>
    providerOf(definitions, {
        ...ofForm(definitions, false),
        build: async (request, options) => ({ ...(await buildImage(request, options)), cmdline: imageCommandLine }),
        files: ({ disk, kernel, initrd }) => [disk, kernel, initrd],
    });

/** The provider of ContainerStore over a set of definitions. */
export const storeProvider = (definitions: Definitions): DynamicProvider<ImageInputs, StoreOutputs> =>
    providerOf(definitions, {
        ...ofForm(definitions, true),
        build: buildStore,
        files: ({ layers, store }) => [...layers, store],
    });

function providerOf<Special extends object>(
    definitions: Definitions,
    form: Form<Special>,
): DynamicProvider<ImageInputs, ImageInputs & Special & { hash: string }> {
    const rules = imageRules(form);
    const build = async (inputs: ImageInputs) => {
        const progress = (line: string) => void process.stderr.write(`${line}\n`);
        const { checkValidUntil } = inputs;
        const image = await form.build(inputs, { definitions, checkValidUntil, progress });
        return { ...inputs, ...image, hash: imageEntry(definitions, inputs).hash };
    };
    return {
        async check(_olds, news) {
            const inputs = { ...news, containers: news.containers ?? [] };
            const failures = violations(inputs, rules);
            if (failures.length === 0) failures.push(...dockerlessContainers(definitions, inputs));
            return { inputs, failures };
        },

        /** A new image never replaces this resource: the disk's path changes, and with it the VMs based on it. */
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

        /** Gone if somebody emptied the cache; a rebuilt image gets another path, as it is not identical byte for byte. */
        async read(id, props) {
            const { kind, suite, checkValidUntil, containers } = props;
            const mirror = props.mirror === undefined ? {} : { mirror: props.mirror }; // undefined can't be sent
            if (!form.files(props).every((file) => fs.existsSync(file))) return gone;
            return { id, props, inputs: { kind, suite, checkValidUntil, ...mirror, containers } };
        },

        async update(_id, _olds, news) {
            return { outs: await build(news) };
        },

        async delete() {
            // The cache belongs to all stacks: the next one that needs this image finds it there.
        },
    };
}

function imageRules({ kinds, containers }: { kinds: string[]; containers: string[] }): {
    [Key in keyof Required<ImageInputs>]: Rule;
} {
    return {
        kind: oneOf(...kinds),
        suite: matching(/^[a-z][a-z-]*$/, "the name of a Debian suite such as forky"),
        checkValidUntil: (value) =>
            typeof value === "boolean" || !isKnown(value) ? [] : [{ path: "", allowed: "true or false", value }],
        mirror: optional(matching(/^https?:\/\/\S+$/, "the http or https URI of a Debian archive")),
        containers: (value) =>
            Array.isArray(value) && value.length === 0
                ? []
                : listOf(objectOf({ name: oneOf(...containers), archive: optional(archive) }))(value),
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
