import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { isObject, isSecret, SECRET, secret, SIGNATURE, unwrapSecret } from "../properties";
import type { PropertyMap, PropertyValue } from "../properties";
import type { Crypter } from "../secrets/passphrase";
import type { PendingOperation, ResourceState } from "../state";

/** The version of the checkpoint format that is read and written (sdk/go/common/apitype, CheckpointV3). */
const FORMAT = 3;

/** What to do with a checkpoint that only the official engine can read. */
const OFFICIAL = "use the official CLI, --engine pulumi";

/**
 * Written to the manifest, where the official engine puts its own version: the version of the SDK that this engine implements.
 */
const ENGINE_VERSION = "v3.270.0";

type StoredResource = Omit<ResourceState, "inputs" | "outputs"> & { inputs?: PropertyMap; outputs?: PropertyMap };

interface StoredDeployment {
    manifest: { time: string; magic: string; version: string };
    secrets_providers?: { type: string; state?: { salt?: string } };
    resources?: StoredResource[];
    pending_operations?: { resource: StoredResource; type: PendingOperation["type"] }[];
    metadata?: Record<string, unknown>;
}

/** A checkpoint with its secrets still encrypted. */
export interface Checkpoint {
    /** `organization/PROJECT/STACK` */
    stack: string;
    latest?: StoredDeployment;
}

/**
 * @returns undefined if the stack was never made.
 * @throws Error if the file is damaged, compressed, or of a version that this engine does not know.
 */
export function readCheckpoint(file: string): Checkpoint | undefined {
    let text: string;
    try {
        text = fs.readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        const compressed = [".gz", ".zst"].map((end) => file + end).find((name) => fs.existsSync(name));
        if (!compressed) return undefined;
        const reason = `the embedded engine reads plain checkpoints only; ${OFFICIAL}`;
        throw new Error(`${compressed} is compressed: ${reason}`, { cause: error });
    }
    let stored: { version?: number; features?: string[]; checkpoint?: Checkpoint };
    try {
        stored = JSON.parse(text) as typeof stored;
        if (!isObject(stored as PropertyValue)) throw new Error("it holds no object");
    } catch (error) {
        const remedy = `the state before its last write is ${file}.bak: copy it over the damaged one`;
        throw new Error(`checkpoint ${file} is damaged (${(error as Error).message}); ${remedy}`, { cause: error });
    }
    if (stored.version !== FORMAT || !stored.checkpoint) {
        const features = stored.features?.length ? ` with features ${stored.features.join(", ")}` : "";
        throw new Error(
            `checkpoint ${file} is of version ${stored.version}${features}: this engine knows version ${FORMAT}; ${OFFICIAL}`,
        );
    }
    return stored.checkpoint;
}

/** The salt of the stack's secrets. @throws Error if the stack uses another secrets provider than the passphrase. */
export function saltOf(checkpoint: Checkpoint | undefined): string | undefined {
    const provider = checkpoint?.latest?.secrets_providers;
    if (provider?.type && provider.type !== "passphrase") {
        throw new Error(
            `the stack's secrets provider is '${provider.type}': the embedded engine knows 'passphrase' only`,
        );
    }
    return provider?.state?.salt;
}

const isEncrypted = (value: PropertyValue): value is { ciphertext: string; [SIGNATURE]: string } =>
    isObject(value) && value[SIGNATURE] === SECRET && typeof value.ciphertext === "string";

export const hasEncrypted = (checkpoint: Checkpoint | undefined): boolean =>
    JSON.stringify(checkpoint?.latest ?? {}).includes('"ciphertext":');

/** Converts states into stored resources and back; an unchanged secret keeps its ciphertext. */
export class CheckpointCodec {
    private readonly ciphertexts = new WeakMap<object, string>();
    private readonly stored = new WeakMap<ResourceState, string>();

    constructor(private readonly crypter: Crypter) {}

    resource(stored: StoredResource): ResourceState {
        const inputs = this.decrypt(stored.inputs ?? {}) as PropertyMap;
        return { ...stored, inputs, outputs: this.decrypt(stored.outputs ?? {}) as PropertyMap };
    }

    private decrypt(value: PropertyValue): PropertyValue {
        if (Array.isArray(value)) return value.map((item) => this.decrypt(item));
        if (!isObject(value)) return value;
        if (isEncrypted(value)) {
            const plain = secret(JSON.parse(this.crypter.decrypt(value.ciphertext)) as PropertyValue);
            this.ciphertexts.set(plain as object, value.ciphertext);
            return plain;
        }
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.decrypt(item)]));
    }

    private encrypt(value: PropertyValue): PropertyValue {
        if (Array.isArray(value)) return value.map((item) => this.encrypt(item));
        if (!isObject(value)) return value;
        if (isSecret(value)) {
            let ciphertext = this.ciphertexts.get(value);
            if (!ciphertext) {
                ciphertext = this.crypter.encrypt(JSON.stringify(unwrapSecret(value.value)));
                this.ciphertexts.set(value, ciphertext);
            }
            return { [SIGNATURE]: SECRET, ciphertext };
        }
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.encrypt(item)]));
    }

    /** Undefined for an empty map, as in the official engine's checkpoints. */
    private encryptMap(map: PropertyMap): PropertyValue | undefined {
        return Object.keys(map).length > 0 ? this.encrypt(map) : undefined;
    }

    private serialize(state: ResourceState): string {
        let text = this.stored.get(state);
        if (text === undefined) {
            text = JSON.stringify({
                ...state,
                inputs: this.encryptMap(state.inputs),
                outputs: this.encryptMap(state.outputs),
            });
            this.stored.set(state, text);
        }
        return text;
    }

    /** The part of a checkpoint that changes from step to step: equal bodies mean an equal state. */
    body(resources: readonly ResourceState[], pending: Iterable<PendingOperation>): string {
        const operations = [...pending].map(
            ({ type, resource }) => `{"resource":${this.serialize(resource)},"type":${JSON.stringify(type)}}`,
        );
        const list = (items: string[]): string => (items.length > 0 ? `[\n${items.join(",\n")}\n]` : "[]");
        return `"resources":${list(resources.map((state) => this.serialize(state)))},
"pending_operations":${list(operations)}`;
    }

    /** The text of a checkpoint file. */
    checkpoint(stack: string, body: string): string {
        const magic = createHash("sha256").update(ENGINE_VERSION).digest("hex");
        const manifest = { time: new Date().toISOString(), magic, version: ENGINE_VERSION };
        const secrets = { type: "passphrase", state: { salt: this.crypter.state } };
        return `{"version":${FORMAT},"checkpoint":{"stack":${JSON.stringify(stack)},"latest":{
"manifest":${JSON.stringify(manifest)},
"secrets_providers":${JSON.stringify(secrets)},
${body},
"metadata":{}}}}
`;
    }
}
