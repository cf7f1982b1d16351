import * as fs from "node:fs";
import * as path from "node:path";
import { project, type Problems } from "./problems";
import type { Values } from "./rules";
import { cores, rotationModes, type Core, type ExternalCore, type Rotation } from "./types";

const neededOfPostgres = ["postgresHost", "postgresPassword", "postgresCaFile"] as const;

/** Keys for external core services only; all but the user are empty by default. */
const emptyByDefault = [
    ...["vaultAddress", "vaultCaFile", "vaultToken", "vaultRoleId", "vaultSecretId"],
    ...neededOfPostgres,
];
export const externalKeys: readonly string[] = [...emptyByDefault, "postgresUser"];

/** The environment variable that may replace each secret of external core services. */
const environment: Partial<Record<string, string>> = {
    vaultToken: "VAULT_TOKEN",
    vaultRoleId: "VAULT_ROLE_ID",
    vaultSecretId: "VAULT_SECRET_ID",
    postgresPassword: "PGPASSWORD",
};

export interface CheckedCore {
    core: Core;
    external?: ExternalCore;
    /** What `up` needs and `preview` does not. */
    toSupply: string[];
}

/** Where the core services are; relative paths start at `directory`. */
export function checkCore(values: Values, directory: string, problems: Problems): CheckedCore {
    const core = String(values.core);
    if (!problems.oneOf("core", core, cores)) return { core: "embedded", toSupply: [] };
    if (core === "embedded") {
        if (values.lab !== true)
            problems.add("core", core, "it needs voip-stack:lab; outside a lab use core: external");
        for (const key of emptyByDefault) {
            if (values[key] !== "") problems.add(key, "...", "it is for voip-stack:core external, which is not set");
        }
        return { core, toSupply: [] };
    }
    const given = (key: string): string => {
        const value = values[key];
        const variable = environment[key];
        if (typeof value === "string" && value !== "") return value;
        return value === "" && variable ? (process.env[variable] ?? "") : "";
    };
    const file = (key: string): string => {
        const name = given(key);
        const full = name && path.resolve(directory, name);
        if (full && !fs.existsSync(full))
            problems.add(key, name, "there is no such file, allowed is a file in PEM format");
        return full;
    };
    const found: ExternalCore = {
        vaultAddress: given("vaultAddress"),
        vaultCaFile: file("vaultCaFile"),
        vaultToken: given("vaultToken"),
        vaultRoleId: given("vaultRoleId"),
        vaultSecretId: given("vaultSecretId"),
        postgresHost: given("postgresHost"),
        postgresUser: String(values.postgresUser),
        postgresPassword: given("postgresPassword"),
        postgresCaFile: file("postgresCaFile"),
    };
    if (found.vaultAddress && !/^https:\/\/[^\s/]+$/.test(found.vaultAddress)) {
        problems.add("vaultAddress", found.vaultAddress, "allowed is a URL such as https://vault.example.net:8200");
    }
    return { core, external: found, toSupply: missing(found) };
}

function missing(found: ExternalCore): string[] {
    const needed = (["vaultAddress", "vaultCaFile", ...neededOfPostgres] as const).filter((key) => !found[key]);
    const or = (key: string): string => (environment[key] ? ` or ${environment[key]} in the environment` : "");
    const sentences = needed.map((key) => `core is external: set ${project}:${key}${or(key)}.`);
    if (!found.vaultToken && !(found.vaultRoleId && found.vaultSecretId)) {
        sentences.push(
            `core is external: set ${project}:vaultToken or VAULT_TOKEN, or ${project}:vaultRoleId and vaultSecretId, ` +
                "or VAULT_ROLE_ID and VAULT_SECRET_ID.",
        );
    }
    return sentences;
}

const hours = 3600;
const modes: Record<string, Rotation> = {
    standard: { databaseSeconds: 720 * hours, certificateSeconds: 2160 * hours },
    testing: { databaseSeconds: 1 * hours, certificateSeconds: 2 * hours },
};

/** How often secrets change. */
export function checkRotation(values: Values, problems: Problems): Rotation {
    const mode = String(values.rotation);
    const ttls = values.rotationTtls as Record<string, unknown>;
    if (!problems.oneOf("rotation", mode, rotationModes)) return modes.standard;
    if (mode !== "custom") {
        if (Object.keys(ttls).length > 0) problems.add("rotationTtls", ttls, `it is for rotation custom, not ${mode}`);
        return modes[mode];
    }
    for (const name of Object.keys(ttls)) {
        if (name !== "database" && name !== "certificate") {
            problems.add(`rotationTtls.${name}`, ttls[name], "no such lifetime, there are database and certificate");
        }
    }
    const seconds = (name: string): number => {
        const [, number, unit] = /^(\d+)([smh])$/.exec(String(ttls[name])) ?? [];
        const value = Number(number) * { s: 1, m: 60, h: hours }[unit as "s" | "m" | "h"];
        if (!(value >= 60))
            problems.add(`rotationTtls.${name}`, ttls[name], 'allowed is a minute or more, such as "90s"');
        return value;
    };
    return { databaseSeconds: seconds("database"), certificateSeconds: seconds("certificate") };
}
