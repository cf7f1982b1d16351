import * as fs from "node:fs";
import * as path from "node:path";
import { parseYaml } from "../config/yaml";
import type { Crypter } from "./secrets/passphrase";

type ConfigScalar = string | number | boolean | null;
type ConfigItem = ConfigScalar | ConfigItem[] | { [key: string]: ConfigItem };

interface ProjectFile {
    name?: string;
    main?: string;
    runtime?: string | { name?: string; options?: { nodeargs?: string; typescript?: boolean } };
    backend?: { url?: string };
    config?: Record<string, ConfigItem>;
    [key: string]: unknown;
}

interface StackFile {
    config?: Record<string, ConfigItem>;
    encryptionsalt?: string;
    secretsprovider?: string;
    [key: string]: unknown;
}

/** Keys of Pulumi.yaml and of Pulumi.STACK.yaml that would change what an operation does. */
const UNSUPPORTED = {
    project: ["stackConfigDir", "packages", "plugins", "options", "requiredPulumiVersion"],
    stack: ["environment"],
    config: ["pulumi:disable-default-providers", "pulumi:autonaming"],
};

function refuse(file: string, content: object | undefined, keys: readonly string[]): void {
    const used = keys.filter((key) => content !== undefined && Object.hasOwn(content, key));
    if (used.length > 0) throw new Error(`${file}: the embedded engine does not support ${used.join(", ")}`);
}

/** The content of Pulumi.yaml and Pulumi.STACK.yaml that the engine needs. */
export interface Project {
    name: string;
    dir: string;
    stack: string;
    /** Path of the program, relative to `dir`. */
    main: string;
    nodeArgs: string[];
    typescript: boolean;
    backendUrl: string;
    /** From the stack's configuration file. */
    encryptionSalt?: string;
    /** By full key, `PROJECT:key`. */
    config: Map<string, ConfigEntry>;
}

/** One value, as text: JSON unless it is a string. */
export interface ConfigEntry {
    value?: string;
    /** The value in the stack's file, with a ciphertext for each secret, if it contains any. */
    encrypted?: ConfigItem;
    secret: boolean;
}

function readYaml<T>(file: string): T | undefined {
    let text: string;
    try {
        text = fs.readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
    try {
        return (parseYaml(text) ?? {}) as T;
    } catch (error) {
        throw new Error(`${file} is not valid YAML: ${(error as Error).message}`, { cause: error });
    }
}

const asText = (value: ConfigItem): string => (typeof value === "string" ? value : JSON.stringify(value));

const isMap = (value: ConfigItem | undefined): value is { [key: string]: ConfigItem } =>
    typeof value === "object" && value !== null && !Array.isArray(value);

/** `{ secure: CIPHERTEXT }`, anywhere in a value. */
const isSecure = (value: ConfigItem): value is { secure: string } =>
    isMap(value) && Object.keys(value).length === 1 && typeof value.secure === "string";

const hasSecure = (value: ConfigItem): boolean =>
    isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(hasSecure));

function decrypt(value: ConfigItem, crypter: Crypter): ConfigItem {
    if (isSecure(value)) return crypter.decrypt(value.secure);
    if (Array.isArray(value)) return value.map((item) => decrypt(item, crypter));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decrypt(item, crypter)]));
}

/** The defaults of the project's schema, then the stack's own values (pulumi/pulumi, sdk/go/common/workspace). */
function readConfig(
    project: string,
    schema: Record<string, ConfigItem>,
    values: Record<string, ConfigItem>,
): Map<string, ConfigEntry> {
    const full = (key: string): string => (key.includes(":") ? key : `${project}:${key}`);
    const config = new Map<string, ConfigEntry>();
    for (const [key, entry] of Object.entries(schema)) {
        // In the short form, `key: value`, the value is the default itself.
        const fallback = isMap(entry) ? (entry.default ?? entry.value) : entry;
        if (fallback !== undefined && fallback !== null) {
            config.set(full(key), { value: asText(fallback), secret: isMap(entry) && entry.secret === true });
        }
    }
    for (const [key, value] of Object.entries(values)) {
        const declared = schema[key.replace(`${project}:`, "")];
        const declaredSecret = isMap(declared) && declared.secret === true;
        if (hasSecure(value)) {
            config.set(full(key), { encrypted: value, secret: true });
        } else if (value !== null) {
            config.set(full(key), { value: asText(value), secret: declaredSecret });
        }
    }
    return config;
}

/** @throws Error if `dir` has no Pulumi project with runtime nodejs. */
export function readProject(dir: string, stack: string, env: NodeJS.ProcessEnv = process.env): Project {
    if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
        throw new Error(`stack '${stack}': a name is up to 100 letters, digits, '.', '_' and '-'`);
    }
    const file = path.join(dir, "Pulumi.yaml");
    const project = readYaml<ProjectFile>(file);
    if (!project) throw new Error(`${file} not found: start the engine in the project's directory`);
    if (!project.name) throw new Error(`${file} has no 'name'`);
    const runtime = typeof project.runtime === "string" ? { name: project.runtime } : (project.runtime ?? {});
    if (runtime.name !== "nodejs") {
        throw new Error(`${file}: runtime '${runtime.name}' is not supported by the embedded engine: only nodejs is`);
    }
    const options = "options" in runtime ? (runtime.options ?? {}) : {};
    refuse(file, project, UNSUPPORTED.project);
    const stackFile = `Pulumi.${stack}.yaml`;
    const settings = readYaml<StackFile>(path.join(dir, stackFile)) ?? {};
    refuse(stackFile, settings, UNSUPPORTED.stack);
    refuse(stackFile, settings.config, UNSUPPORTED.config);
    if (settings.secretsprovider && settings.secretsprovider !== "passphrase") {
        throw new Error(
            `${stackFile}: secretsprovider '${settings.secretsprovider}' is not supported: only passphrase is`,
        );
    }
    return {
        name: project.name,
        dir,
        stack,
        main: project.main ?? ".",
        nodeArgs: options.nodeargs?.split(/\s+/).filter(Boolean) ?? [],
        typescript: options.typescript ?? true,
        backendUrl: env.PULUMI_BACKEND_URL || project.backend?.url || "file://~",
        encryptionSalt: settings.encryptionsalt,
        config: readConfig(project.name, project.config ?? {}, settings.config ?? {}),
    };
}

/** The configuration with its secrets decrypted, and their names. */
export interface PlainConfig {
    values: Record<string, string>;
    secretKeys: string[];
}

/** @throws Error if a secret can't be decrypted. */
export async function openConfig(config: Project["config"], crypter: () => Promise<Crypter>): Promise<PlainConfig> {
    const plain: PlainConfig = { values: {}, secretKeys: [] };
    for (const [key, entry] of config) {
        plain.values[key] =
            entry.encrypted === undefined ? (entry.value ?? "") : asText(decrypt(entry.encrypted, await crypter()));
        if (entry.secret) plain.secretKeys.push(key);
    }
    return plain;
}
