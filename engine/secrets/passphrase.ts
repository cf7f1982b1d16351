import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_WORD = "pulumi";

const keys = new Map<string, Promise<Buffer>>();

/** Takes about half a second in its own thread; done once per process and salt. */
function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
    const name = `${salt.toString("base64")}:${passphrase}`;
    let key = keys.get(name);
    if (!key) {
        key = promisify(pbkdf2)(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
        keys.set(name, key);
    }
    return key;
}

/**
 * AES-256-GCM with a key derived from a passphrase, in the format of Pulumi's passphrase secrets provider:
 * `v1:NONCE:CIPHERTEXT`, both base64, with the authentication tag at the end of the ciphertext (pulumi/pulumi,
 * sdk/go/common/resource/config/crypt.go).
 */
export class Crypter {
    private constructor(
        private readonly key: Buffer,
        /** `v1:SALT:` and the encrypted check word, as kept in the checkpoint or in the stack's configuration. */
        readonly state: string,
    ) {}

    /** @throws Error if the passphrase does not match `state`, or if `state` can't be read. */
    static async open(passphrase: string, state: string): Promise<Crypter> {
        const match = /^v1:([A-Za-z0-9+/=]+):(v1:[^:]+:[^:]+)$/.exec(state);
        if (!match)
            throw new Error(`the stack's salt '${state}' is not readable: expected v1:SALT:v1:NONCE:CIPHERTEXT`);
        const crypter = new Crypter(await deriveKey(passphrase, Buffer.from(match[1], "base64")), state);
        let word: string | undefined;
        try {
            word = crypter.decrypt(match[2]);
        } catch {
            word = undefined;
        }
        if (word !== CHECK_WORD) throw new Error("incorrect passphrase for this stack's secrets");
        return crypter;
    }

    /** A crypter with a new salt, for a new stack. */
    static async create(passphrase: string): Promise<Crypter> {
        const salt = randomBytes(8);
        const key = await deriveKey(passphrase, salt);
        const check = new Crypter(key, "").encrypt(CHECK_WORD);
        return new Crypter(key, `v1:${salt.toString("base64")}:${check}`);
    }

    encrypt(plaintext: string): string {
        const nonce = randomBytes(NONCE_BYTES);
        const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
        const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
        return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
    }

    /** @throws Error if the value was changed, or encrypted with another key. */
    decrypt(value: string): string {
        const [version, nonce, sealed, ...rest] = value.split(":");
        if (version !== "v1" || nonce === undefined || sealed === undefined || rest.length > 0) {
            throw new Error("an encrypted value is not readable: expected v1:NONCE:CIPHERTEXT");
        }
        const bytes = Buffer.from(sealed, "base64");
        const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
    }
}
