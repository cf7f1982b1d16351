/** A member of a tar archive. */
export interface TarMember {
    /** At most 100 bytes. */
    name: string;
    content: Buffer;
    /** Permission bits; 0600 by default. */
    mode?: number;
    /** Names of user and group, at most 31 bytes each; root and root by default. */
    user?: string;
    group?: string;
}

const block = 512;

function header({ name, content, mode = 0o600, user = "root", group = "root" }: TarMember): Buffer {
    if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a tar archive: at most 100 bytes.`);
    const bytes = Buffer.alloc(block);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
    bytes.write(name, 0);
    bytes.write(octal(mode, 7), 100);
    bytes.write(octal(0, 7), 108);
    bytes.write(octal(0, 7), 116);
    bytes.write(octal(content.length, 11), 124);
    bytes.write(octal(0, 11), 136);
    bytes.write(" ".repeat(8), 148);
    bytes.write("0", 156);
    bytes.write("ustar\x0000", 257, "latin1");
    bytes.write(user, 265, 31);
    bytes.write(group, 297, 31);
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return bytes;
}

/** An archive of plain files (POSIX.1-1988 ustar); user and group are set by name, and are 0 if the name is unknown. */
export function tar(members: readonly TarMember[]): Buffer {
    const parts = members.flatMap((member) => [
        header(member),
        member.content,
        Buffer.alloc((block - (member.content.length % block)) % block),
    ]);
    return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
