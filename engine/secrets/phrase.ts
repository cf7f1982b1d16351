import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { configDir } from "../../paths";

export interface Passphrase {
    phrase: string;
    /** A sentence for the user if the passphrase was just made. */
    notice?: string;
}

/**
 * The passphrase of the stacks' secrets: PULUMI_CONFIG_PASSPHRASE, the file named by PULUMI_CONFIG_PASSPHRASE_FILE, or our own,
 * made on first use and readable by its owner only.
 * @throws Error if a file named by the environment can't be read.
 */
export function passphrase(env: NodeJS.ProcessEnv = process.env): Passphrase {
    if (env.PULUMI_CONFIG_PASSPHRASE !== undefined) return { phrase: env.PULUMI_CONFIG_PASSPHRASE };
    if (env.PULUMI_CONFIG_PASSPHRASE_FILE) {
        const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
        try {
            return { phrase: fs.readFileSync(file, "utf8").trim() };
        } catch (error) {
            const { message } = error as Error;
            throw new Error(`PULUMI_CONFIG_PASSPHRASE_FILE '${file}' can't be read: ${message}`, { cause: error });
        }
    }
    return ownPassphrase(ownFile());
}

/** Variables that give the official CLI the same passphrase, which it asks for otherwise. */
export function passphraseVariables(env: NodeJS.ProcessEnv = process.env): {
    variables: Record<string, string>;
    notice?: string;
} {
    const isGiven = env.PULUMI_CONFIG_PASSPHRASE !== undefined || Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE);
    if (isGiven) return { variables: {} };
    const { notice } = passphrase(env);
    return { variables: { PULUMI_CONFIG_PASSPHRASE_FILE: ownFile() }, notice };
}

/** Whether there is a passphrase, so that none would be made. */
export const isPassphraseThere = (env: NodeJS.ProcessEnv = process.env): boolean =>
    env.PULUMI_CONFIG_PASSPHRASE !== undefined ||
    Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE) ||
    fs.existsSync(ownFile());

const ownFile = (): string => path.join(configDir(), "passphrase");

function ownPassphrase(file: string): Passphrase {
    if (!fs.existsSync(file)) {
        fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        // Two first runs at once must get the same passphrase: the file appears complete, or not at all.
        const draft = `${file}.${randomBytes(6).toString("hex")}`;
        fs.writeFileSync(draft, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
        try {
            fs.linkSync(draft, file);
            const notice = `A passphrase for the stacks' secrets was made; it is kept in ${file}.`;
            return { phrase: fs.readFileSync(file, "utf8").trim(), notice };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        } finally {
            fs.unlinkSync(draft);
        }
    }
    return { phrase: fs.readFileSync(file, "utf8").trim() };
}
