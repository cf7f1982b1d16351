import { createHash, randomBytes } from "node:crypto";

export interface Credentials {
    user: string;
    password: string;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/**
 * The value of the Authorization header that answers a challenge (RFC 7616, section 3.4, qop auth).
 * @param challenge the value of WWW-Authenticate or Proxy-Authenticate
 * @param count how often this challenge was answered, this time included
 */
export function authorization(
    { user, password }: Credentials,
    method: string,
    uri: string,
    challenge: string,
    count = 1,
): string {
    const value = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1] ?? "";
    const [realm, nonce, cnonce] = [value("realm"), value("nonce"), randomBytes(8).toString("hex")];
    const nc = count.toString(16).padStart(8, "0");
    const proof = md5(
        `${md5(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`,
    );
    return (
        `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${proof}", ` +
        `algorithm=MD5, qop=auth, cnonce="${cnonce}", nc=${nc}`
    );
}
