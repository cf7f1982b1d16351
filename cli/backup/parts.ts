import * as fs from "node:fs";
import * as path from "node:path";
import { decryptFrom, encryptInto, type AgeKey } from "../../clients/age";
import { chain, type Link } from "../../process/chain";
import { fileDigest, type Part } from "./manifest";

const ending = ".tar.gz.age";

/** Names of the files that a backup may have besides its manifest. */
export const isPart = (file: string): boolean => file.endsWith(ending);

/** What reads a part again. */
interface PartSource {
    dir: string;
    part: Part;
    /** Of age. */
    identity: string;
    signal?: AbortSignal;
}

const decrypted = ({ dir, part }: PartSource): Link[] => [
    decryptFrom(path.join(dir, part.file)),
    { argv: ["gzip", "--decompress", "--stdout"] },
];

const given = ({ identity, signal }: PartSource) => ({ input: `${identity}\n`, signal });

/** The command that packs files of this machine, with owners as numbers, as containers know them. */
export const packed = (...operands: string[]): Link => ({
    argv: ["tar", "--create", "--numeric-owner", ...operands],
});

/** The paths in a part: reads all of it, and so shows that it can be decrypted. */
export const listPart = async (source: PartSource): Promise<string[]> =>
    (await chain([...decrypted(source), { argv: ["tar", "--list"] }], given(source))).split("\n").filter(Boolean);

/** Unpacks a part into a directory, with owners and permissions. */
export const unpackPart = async (source: PartSource, into: string): Promise<void> => {
    const tar = ["tar", "--extract", "--numeric-owner", "--same-owner", "--preserve-permissions", "--directory", into];
    await chain([...decrypted(source), { argv: tar }], given(source));
};

/** Gives a part, as a tar archive, to a command. */
export const feedPart = async (source: PartSource, reader: Link): Promise<void> => {
    await chain([...decrypted(source), reader], given(source));
};

/** Compresses and encrypts the archive that a command prints, and reads the result again. @returns it, and the paths in it */
export async function writePart(
    dir: string,
    name: string,
    archive: Link,
    key: AgeKey,
    signal?: AbortSignal,
): Promise<{ part: Part; paths: string[] }> {
    const file = `${name}${ending}`;
    const at = path.join(dir, file);
    await chain([archive, { argv: ["gzip", "--fast"] }, encryptInto(at, key)], { signal });
    const handle = await fs.promises.open(at, "r");
    await handle.sync();
    await handle.close();
    const part = { name, file, bytes: fs.statSync(at).size, sha256: await fileDigest(at) };
    return { part, paths: await listPart({ dir, part, identity: key.identity, signal }) };
}
