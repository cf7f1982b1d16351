import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** PostgreSQL's own default, `scram_iterations`. */
const ITERATIONS = 4096;

/**
 * The verifier that PostgreSQL stores for a password (RFC 5802, RFC 7677; in the format of pg_authid). With it the password
 * itself never appears in a statement, and so in no log of the server.
 * @returns the password itself if it is already a verifier, or if SASLprep (RFC 4013) might change it
 */
export function scramVerifier(password: string): string {
    if (password.startsWith("SCRAM-SHA-256$") || !/^[\x20-\x7e]+$/.test(password)) return password;
    const salt = randomBytes(16);
    const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
    const keyed = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
    const stored = createHash("sha256").update(keyed("Client Key")).digest("base64");
    const server = keyed("Server Key").toString("base64");
    return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}
