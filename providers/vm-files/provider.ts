import {
    absolutePath,
    changed,
    listOf,
    matching,
    name,
    objectOf,
    optional,
    surelyChanged,
    text,
    violations,
    type Rule,
} from "../check";
import { isKnown, type CheckFailure, type DynamicProvider } from "../contract";
import { readBundle, removeFiles, writeBundle, type Bundle } from "./bundle";

interface Inputs extends Bundle {
    vmId: string;
}

const commands = listOf(objectOf({ command: matching(/^[^\n]+$/, "one line of shell") }));

const rules: { [Key in keyof Required<Inputs>]: Rule } = {
    sshConfig: absolutePath,
    host: name,
    vmId: text,
    bundleName: name,
    files: listOf(
        objectOf({
            path: matching(/^\/[^\s'"\\]{1,200}$/, "an absolute path without spaces, quotes and backslashes"),
            content: optional(() => []),
            mode: matching(/^0[0-7]{3}$/, "four octal digits such as 0644"),
            owner: matching(/^[\w-]+:[\w-]+$/, "user:group"),
            initial: optional(() => []),
        }),
    ),
    apply: (value) => (Array.isArray(value) && value.length === 0 ? [] : commands(value)),
};

const defaults = { mode: "0644", owner: "root:root", initial: false };

/** Each file once, and every watched path among the files. */
function pathFailures({ files, apply }: Inputs): CheckFailure[] {
    if (!isKnown(files) || !isKnown(apply)) return [];
    const paths = files.map((file) => file.path);
    const twice = paths.filter((path, index) => paths.indexOf(path) < index);
    const strange = (apply ?? []).flatMap((step) => step.paths).filter((path) => !paths.includes(path));
    return [
        ...twice.map((path) => ({ property: "files", reason: `files has ${path} twice, each path is allowed once` })),
        ...strange.map((path) => ({
            property: "apply",
            reason: `apply watches ${path}, which is not among the files`,
        })),
    ];
}

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const apply = news.apply ?? [];
        const files = isKnown(news.files) ? news.files?.map((file) => ({ ...defaults, ...file })) : news.files;
        const inputs = { ...news, files, apply };
        const failures = violations(inputs, rules);
        if (failures.length === 0) failures.push(...pathFailures(inputs));
        return { inputs, failures };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["host", "vmId", "bundleName"]);
        const updates = changed(olds, news, ["sshConfig", "files", "apply"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await writeBundle(inputs);
        return { id: `${inputs.host}/${inputs.bundleName}`, outs: inputs };
    },

    async read(id, props) {
        const files = await readBundle(props, props.files);
        const found = { ...props, files: files ?? props.files };
        return { id, props: found, inputs: found };
    },

    async update(_id, olds, news) {
        const kept = news.files.map((file) => file.path);
        const dropped = olds.files.map((file) => file.path).filter((path) => !kept.includes(path));
        await writeBundle(news);
        await removeFiles(olds, dropped);
        return { outs: news };
    },

    async delete(_id, props) {
        await removeFiles(
            props,
            props.files.filter((file) => !file.initial).map((file) => file.path),
        );
    },
};
