import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { replaceFile } from "../../engine/backend/writer";
import { Crypter } from "../../engine/secrets/passphrase";
import { Failure } from "../result";

/** The version of the format that is written and read. */
const FORMAT = 1;

const manifestFile = "manifest.json";

/** A file of the backup. */
export interface Part {
    /** `state`, `ssh`, `openbao`, `postgres`, or `voicemail-` and the name of a PBX. */
    name: string;
    file: string;
    bytes: number;
    /** Hexadecimal. */
    sha256: string;
}

/** How many there are: between both numbers, as some came or went while the copy was made. */
export interface Count {
    name: string;
    least: number;
    most: number;
}

export interface Manifest {
    format: number;
    /** Pulumi's names. */
    project: string;
    stack: string;
    /** Of voip-stack, and its git commit if that is known. */
    version: string;
    commit?: string;
    /** ISO 8601. */
    time: string;
    /** The stack's directory, which the state names. */
    dataDir: string;
    /** Salt and check word of the state's secrets: shows whether a passphrase is the stack's. */
    stateSalt: string;
    parts: Part[];
    counts: Count[];
}

/** The manifest as read, with what decrypts the parts. */
export interface OpenManifest {
    manifest: Manifest;
    /** Of age. Secret. */
    identity: string;
}

/**
 * In the file everybody can read the manifest. `sealed` holds its digest and the key of the parts, encrypted and authenticated
 * by the passphrase: nobody without it can change a word of the manifest, or give it other parts.
 */
interface Stored {
    manifest: Manifest;
    salt: string;
    sealed: string;
}

interface Sealed {
    identity: string;
    sha256: string;
}

const digest = (manifest: Manifest): string => createHash("sha256").update(JSON.stringify(manifest)).digest("hex");

/** Whether the directory holds a finished backup: the manifest is its last file. */
export const isFinished = (dir: string): boolean => fs.existsSync(path.join(dir, manifestFile));

/** Writes the manifest, complete or not at all. @returns it */
export async function writeManifest(
    dir: string,
    manifest: Omit<Manifest, "format">,
    identity: string,
    passphrase: string,
): Promise<Manifest> {
    const complete: Manifest = { format: FORMAT, ...manifest };
    const crypter = await Crypter.create(passphrase);
    const sealed: Sealed = { identity, sha256: digest(complete) };
    const stored: Stored = {
        manifest: complete,
        salt: crypter.state,
        sealed: crypter.encrypt(JSON.stringify(sealed)),
    };
    await replaceFile(path.join(dir, manifestFile), `${JSON.stringify(stored, null, 2)}\n`);
    return complete;
}

function stored(dir: string): Stored {
    if (!fs.existsSync(dir)) throw new Failure(`there is no directory ${dir}`);
    const file = path.join(dir, manifestFile);
    if (!isFinished(dir)) {
        throw new Failure(`${dir} holds no finished backup: it has no ${manifestFile}, which is written last`);
    }
    let content: Partial<Stored> | null;
    try {
        content = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Stored> | null;
    } catch (error) {
        throw new Failure(`${file} is damaged: ${(error as Error).message}`);
    }
    if (!content?.manifest || typeof content.salt !== "string" || typeof content.sealed !== "string") {
        throw new Failure(`${file} is not the manifest of a backup`);
    }
    const { format } = content.manifest;
    if (format !== FORMAT) {
        throw new Failure(`${file} is of format ${format}; this version of voip-stack knows format ${FORMAT}`);
    }
    return content as Stored;
}

/**
 * Reads the manifest and makes sure that it is as it was written.
 * @throws Failure if there is none, if it was changed, or if the passphrase is another one
 */
export async function openManifest(dir: string, passphrase: string): Promise<OpenManifest> {
    const { manifest, salt, sealed } = stored(dir);
    const file = path.join(dir, manifestFile);
    const crypter = await Crypter.open(passphrase, salt).catch((error: Error) => {
        const isWrong = error.message.startsWith("incorrect passphrase");
        throw new Failure(
            isWrong
                ? `the passphrase is not that of the backup in ${dir}: set PULUMI_CONFIG_PASSPHRASE_FILE, or add --passphrase-file`
                : `${file} is damaged: ${error.message}`,
        );
    });
    let known: Sealed | undefined;
    try {
        known = JSON.parse(crypter.decrypt(sealed)) as Sealed;
    } catch {
        // changed
    }
    if (known?.sha256 !== digest(manifest)) throw new Failure(`${file} was changed after it was written`);
    return { manifest, identity: known.identity };
}

/** SHA-256 of a file, in hexadecimal. */
export async function fileDigest(file: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest("hex");
}

/** @throws Failure naming every part that is missing or is not as it was written */
export async function checkParts(dir: string, parts: Part[]): Promise<void> {
    const problems: string[] = [];
    for (const { file, bytes, sha256 } of parts) {
        const found = fs.statSync(path.join(dir, file), { throwIfNoEntry: false });
        if (!found) problems.push(`${file} is missing`);
        else if (found.size !== bytes) problems.push(`${file} has ${found.size} bytes instead of ${bytes}`);
        else if ((await fileDigest(path.join(dir, file))) !== sha256) problems.push(`${file} was changed`);
    }
    if (problems.length) throw new Failure(`the backup in ${dir} is damaged: ${problems.join("; ")}`);
}
