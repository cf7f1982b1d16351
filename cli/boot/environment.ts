import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { StackConfig } from "../../config";
import { projectDir } from "../../paths";
import { backendOf } from "../engine/backend";
import { Failure } from "../result";

/** Variables that say where a stack has its files; a service needs the same ones. */
const places = ["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PULUMI_HOME"];

/** Variables that may hold secrets of external core services (config/core.ts). */
const secretsOfCore = ["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "PGPASSWORD"];

const systemPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * The variables with which a service finds the stack, its state and its passphrase as this process does. No secret is among them:
 * who may read the unit is not restricted.
 * @param passphraseFile file with the passphrase; without it, that of PULUMI_CONFIG_PASSPHRASE_FILE, or our own
 * @throws Failure for a secret that is only in this environment, or a file that is not for root alone
 */
export function serviceEnvironment(
    stack: string,
    { core }: Pick<StackConfig, "core">,
    passphraseFile: string | undefined,
    env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
    const file = passphraseFile ?? env.PULUMI_CONFIG_PASSPHRASE_FILE;
    if (env.PULUMI_CONFIG_PASSPHRASE !== undefined && passphraseFile === undefined) {
        throw new Failure(
            "the passphrase is in PULUMI_CONFIG_PASSPHRASE, which a service at boot has not: " +
                "write it to a file that only root can read, and name that with --passphrase-file",
        );
    }
    const lost = core === "external" ? secretsOfCore.filter((name) => env[name]) : [];
    if (lost.length) {
        throw new Failure(
            `${lost.join(", ")} of this environment: a service at boot has no such variables; ` +
                "put these secrets into the stack's configuration with pulumi config set --secret",
        );
    }
    if (file) checkPassphraseFile(file);
    const given = places.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
    return {
        HOME: env.HOME ?? os.homedir(),
        PATH: [...new Set([path.dirname(process.execPath), ...systemPath])].join(":"),
        ...Object.fromEntries(given),
        ...(env.PULUMI_BACKEND_URL ? { PULUMI_BACKEND_URL: backendOf(stack) } : {}),
        ...(file ? { PULUMI_CONFIG_PASSPHRASE_FILE: file } : {}),
    };
}

function checkPassphraseFile(file: string): void {
    const refuse = (reason: string): never => {
        throw new Failure(`passphrase file ${file}: ${reason}`);
    };
    if (!path.isAbsolute(file)) refuse("allowed is an absolute path");
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) return refuse("there is no such file");
    const real = fs.realpathSync(file);
    if (real.startsWith(`${projectDir}${path.sep}`)) refuse("it is in the checkout, put it elsewhere");
    const mode = (stat.mode & 0o777).toString(8).padStart(4, "0");
    if (stat.uid !== 0 || (stat.mode & 0o077) !== 0)
        refuse(`only root may read it: it belongs to user id ${stat.uid} with mode ${mode}, make it root's with 0600`);
    if (fs.readFileSync(file, "utf8").trim() === "") refuse("it is empty");
}
