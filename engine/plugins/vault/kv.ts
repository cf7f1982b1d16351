import { VaultError } from "../../../clients/vault/client";
import { waitFor } from "../../../process/wait";
import type { Fields } from "../inputs";
import { nulls, objectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { readUnless, type VaultApi, type VaultData } from "./api";

/** Seconds that a new mount may take to become version 2 of the engine; it refuses writes until then. */
const UPGRADE_SECONDS = 30;

const json = (value: Value): Value => {
    try {
        return JSON.parse(value as string) as Value;
    } catch {
        return value; // the server will report it
    }
};

/** JSON with the keys of objects sorted, as their order means nothing. */
const sortedJson = (value: Value): string =>
    JSON.stringify(value, (_, part: unknown) =>
        typeof part === "object" && part !== null && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
            : part,
    );

const fields: Fields = {
    mount: { shape: "string", required: true, replaces: true },
    name: { shape: "string", required: true, replaces: true },
    dataJson: { shape: "string", required: true, normal: (value) => sortedJson(json(value)) },
    deleteAllVersions: { shape: "boolean", default: false, fillsEmpty: true },
    disableRead: { shape: "boolean", default: false, fillsEmpty: true },
};

async function write(api: VaultApi, path: string, inputs: Properties): Promise<void> {
    const body: VaultData = { data: json(inputs.dataJson as string), options: {} };
    let refused: VaultError | undefined;
    await waitFor(
        `${path} to take writes`,
        async () => {
            try {
                await api.write(path, body);
                return true;
            } catch (error) {
                const upgrading = error instanceof VaultError && /upgrading/i.test(error.message);
                if (upgrading) throw error;
                refused = error as VaultError;
                return true;
            }
        },
        { deadlineMs: UPGRADE_SECONDS * 1000 },
    );
    if (refused) throw refused;
}

const textValues = (data: VaultData): Properties =>
    Object.fromEntries(
        Object.entries(data).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    );

/** vault:kv/secretV2:SecretV2. */
export function secretType(api: () => VaultApi): ResourceType {
    const at = ({ mount, name }: Properties, kind: string) => `${mount as string}/${kind}/${name as string}`;
    return objectType({
        fields,
        computed: ["path", "metadata"],
        others: {
            ...nulls("cas", "namespace", "options", "dataJsonWo", "dataJsonWoVersion"),
            customMetadata: { casRequired: false, data: {}, deleteVersionAfter: 0, maxVersions: 0 },
            data: {},
        },
        secretOutputs: ["dataJson", "dataJsonWo", "data"],
        async create(inputs) {
            const id = at(inputs, "data");
            await write(api(), id, inputs);
            return { id };
        },
        async read(id, known) {
            if (known.disableRead) return { path: id };
            const seen = await readUnless(api(), id, /no such secret/);
            if (!seen?.data) return undefined; // a deleted version still has metadata
            return {
                path: id,
                dataJson: sortedJson(seen.data),
                metadata: textValues(seen.metadata as VaultData) as Value,
            };
        },
        update: (id, _olds, inputs) => write(api(), id, inputs),
        delete: (_id, outputs) => api().remove(at(outputs, outputs.deleteAllVersions ? "metadata" : "data")),
    });
}
