/**
 * libvirt's format of a saved VM (src/qemu/qemu_saveimage.h, version 2, readable since 0.7): this header, then the definition
 * in XML up to `dataBytes`, then QEMU's migration stream.
 */
const magic = "LibvirtQemudSave";
const headerBytes = 92;
const version = 2;

/** Where QEMU's stream begins in a file that libvirt saved. @throws Error if it has another format. */
export function streamStart(head: Buffer): number {
    const found = { magic: head.toString("latin1", 0, magic.length), version: head.readUInt32LE(16) };
    const compressed = head.readUInt32LE(28);
    if (found.magic !== magic || found.version !== version || compressed !== 0)
        throw new Error(
            `libvirt saved in a format that is not known here: ${JSON.stringify({ ...found, compressed })}`,
        );
    return headerBytes + head.readUInt32LE(20);
}

/** Bytes of a file that `streamStart` needs. */
export const headBytes = headerBytes;

/** The head before QEMU's stream in a file that libvirt will restore, as the running VM of this definition. */
export function saveFileHead(xml: string): Buffer {
    const data = Buffer.from(`${xml}\0`, "utf8");
    const header = Buffer.alloc(headerBytes);
    header.write(magic, "latin1");
    header.writeUInt32LE(version, 16);
    header.writeUInt32LE(data.length, 20);
    header.writeUInt32LE(1, 24);
    return Buffer.concat([header, data]);
}
