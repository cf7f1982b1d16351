import { createHash } from "node:crypto";
import { absolutePath, changed, integer, listOf, matching, objectOf, optional, violations, type Rule } from "../check";
import type { DynamicProvider } from "../contract";
import {
    changedFiles,
    deviations,
    removeAbandoned,
    removeHostFiles,
    tellServer,
    writeHostFiles,
    type HostFilesDefinition,
} from "./files";

interface Inputs extends HostFilesDefinition {
    /** Always empty; a refresh stores the differing paths here. */
    deviating?: string[];
}

const owned = {
    path: absolutePath,
    mode: matching(/^[0-7]{3,4}$/, "octal permissions such as 0600"),
    owner: integer(0, 65_534),
};

const eachOf =
    (element: Rule): Rule =>
    (value) =>
        Array.isArray(value)
            ? value.flatMap((entry, at) => element(entry).map((found) => ({ ...found, path: `[${at}]${found.path}` })))
            : [];

/** An error does not repeat the content of a file: it may be secret. */
const anyText: Rule = (value) =>
    typeof value === "string" ? [] : [{ path: "", allowed: "a text", value: typeof value }];

const rules = {
    directories: eachOf(objectOf(owned)),
    files: eachOf(objectOf({ ...owned, content: anyText })),
    reload: optional(objectOf({ paths: listOf(absolutePath), fifo: absolutePath })),
    deviating: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const inputs = { ...news, deviating: [] };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        return { changes: changed(olds, news, ["directories", "files", "reload", "deviating"]).length > 0 };
    },

    async create(inputs) {
        writeHostFiles(inputs);
        const names = [...inputs.directories, ...inputs.files].map((entry) => entry.path);
        return { id: createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 12), outs: inputs };
    },

    async read(id, props) {
        const found = { ...props, deviating: deviations(props) };
        return { id, props: found, inputs: found };
    },

    async update(_id, olds, news) {
        const written = writeHostFiles(news);
        removeAbandoned(olds, news);
        // also what an interrupted update has written already
        const differing = [...written, ...changedFiles(olds, news)];
        if (news.reload?.paths.some((path) => differing.includes(path))) tellServer(news.reload);
        return { outs: news };
    },

    async delete(_id, props) {
        removeHostFiles(props);
    },
};
