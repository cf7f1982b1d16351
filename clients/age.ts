import type { Link } from "../process/chain";
import { run } from "../process/run";

/** A key pair of age (https://age-encryption.org/v1, X25519). */
export interface AgeKey {
    /** Public: files are encrypted for it. */
    recipient: string;
    /** Secret: decrypts them. */
    identity: string;
}

/** A new key pair. @throws Error if age-keygen can't be run, or prints something else */
export async function makeAgeKey(): Promise<AgeKey> {
    const { stdout } = await run(["age-keygen"]);
    const recipient = /^# public key: (age1\w+)$/m.exec(stdout)?.[1];
    const identity = /^AGE-SECRET-KEY-\w+$/m.exec(stdout)?.[0];
    if (!recipient || !identity) throw new Error("age-keygen printed no key pair");
    return { recipient, identity };
}

/** Encrypts its standard input into a file. */
export const encryptInto = (file: string, { recipient }: AgeKey): Link => ({
    argv: ["age", "--encrypt", "--recipient", recipient, "--output", file],
});

/** Decrypts a file to its standard output; it reads the identity from its standard input, where nobody else sees it. */
export const decryptFrom = (file: string): Link => ({ argv: ["age", "--decrypt", "--identity", "-", file] });
