import * as fs from "node:fs";
import { isPassphraseThere, passphrase } from "../../engine/secrets/phrase";
import { Failure } from "../result";

/** The passphrase of a backup: that of a file, or the stack's. @throws Failure if there is none; none is ever made */
export function backupPhrase(file?: string): string {
    if (file === undefined) return stackPhrase();
    let phrase: string;
    try {
        phrase = fs.readFileSync(file, "utf8").trim();
    } catch (error) {
        throw new Failure(`--passphrase-file ${file} can't be read: ${(error as Error).message}`);
    }
    if (!phrase) throw new Failure(`--passphrase-file ${file} is empty`);
    return phrase;
}

/** The passphrase of the stacks' secrets. @throws Failure if there is none */
export function stackPhrase(): string {
    if (isPassphraseThere()) return passphrase().phrase;
    throw new Failure(
        "this machine has no passphrase of the stacks: set PULUMI_CONFIG_PASSPHRASE_FILE to the file that has it",
    );
}
