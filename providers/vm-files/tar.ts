/** A member of a tar archive. */
export interface TarMember {
    /** At most 100 bytes. */
    name: string;
    content: Buffer;
}

const block = 512;

function header({ name, content }: TarMember): Buffer {
    if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a tar archive: at most 100 bytes.`);
    const bytes = Buffer.alloc(block);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
    bytes.write(name, 0);
    bytes.write(octal(0o600, 7), 100);
    bytes.write(octal(0, 7), 108);
    bytes.write(octal(0, 7), 116);
    bytes.write(octal(content.length, 11), 124);
    bytes.write(octal(0, 11), 136);
    bytes.write(" ".repeat(8), 148);
    bytes.write("0", 156);
    bytes.write("ustar\x0000", 257, "latin1");
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return bytes;
}

/** An archive of plain files, readable by their owner only (POSIX.1-1988 ustar). */
export function tar(members: readonly TarMember[]): Buffer {
    const parts = members.flatMap((member) => [
        header(member),
        member.content,
        Buffer.alloc((block - (member.content.length % block)) % block),
    ]);
    return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
