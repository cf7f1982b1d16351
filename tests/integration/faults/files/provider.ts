import * as fs from "node:fs";
import * as path from "node:path";
import { changed } from "../../../../providers/check";
import { gone, type DynamicProvider } from "../../../../providers/dynamic";

export interface FileDefinition {
    directory: string;
    fileName: string;
    content: string;
    /** Another way to name the file: changing it makes the resource anew. */
    kind: string;
}

type Outputs = FileDefinition & { path: string };

const fileOf = ({ directory, fileName, kind }: FileDefinition) => path.join(directory, `${fileName}.${kind}`);

/** The least that can be orphaned. */
export const provider: DynamicProvider<FileDefinition, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: [] };
    },

    async diff(_id, olds, news) {
        const replaces = changed(olds, news, ["directory", "fileName", "kind"]);
        return {
            changes: replaces.length + changed(olds, news, ["content"]).length > 0,
            replaces,
            deleteBeforeReplace: true,
        };
    },

    async create(inputs) {
        fs.writeFileSync(fileOf(inputs), inputs.content);
        return { id: inputs.fileName, outs: { ...inputs, path: fileOf(inputs) } };
    },

    async read(id, props) {
        if (!fs.existsSync(props.path)) return gone;
        const content = fs.readFileSync(props.path, "utf8");
        const { directory, fileName, kind } = props;
        return { id, props: { ...props, content }, inputs: { directory, fileName, kind, content } };
    },

    async update(_id, olds, news) {
        fs.writeFileSync(olds.path, news.content);
        return { outs: { ...news, path: olds.path } };
    },

    async delete(_id, props) {
        fs.rmSync(fileOf(props), { force: true });
    },
};
