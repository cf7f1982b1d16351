import { tar } from "../../../providers/vm-files/tar";

/** Header of a ustar archive (POSIX.1-1988, section 10.1.1): where each field begins, and how long it is. */
const fields = {
    ...{
        name: [0, 100],
        mode: [100, 8],
        uid: [108, 8],
        gid: [116, 8],
        size: [124, 12],
        mtime: [136, 12],
        chksum: [148, 8],
    },
    ...{
        typeflag: [156, 1],
        linkname: [157, 100],
        magic: [257, 6],
        version: [263, 2],
        uname: [265, 32],
        gname: [297, 32],
    },
    ...{ devmajor: [329, 8], devminor: [337, 8], prefix: [345, 155], rest: [500, 12] },
};
const headerOf = (archive: Buffer): Record<string, string> =>
    Object.fromEntries(
        Object.entries(fields).map(([field, [at, length]]) => [
            field,
            archive.toString("latin1", at, at + length).replace(/\0+$/, ""),
        ]),
    );
/** Of all bytes of the header, those of the sum itself taken as blanks. */
const sumOf = (archive: Buffer): number =>
    archive.subarray(0, 512).reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);

describe("a member of an archive", () => {
    it("has a header with its fields where they belong", () => {
        const archive = tar([
            { name: "a/b", content: Buffer.from("text"), mode: 0o2750, user: "asterisk", group: "voip" },
        ]);
        const header = headerOf(archive);
        expect(header).toEqual({
            ...{
                name: "a/b",
                mode: "0002750",
                uid: "0000000",
                gid: "0000000",
                size: "00000000004",
                mtime: "00000000000",
            },
            ...{ chksum: `${sumOf(archive).toString(8).padStart(6, "0")}\0 `, typeflag: "0", linkname: "" },
            ...{ magic: "ustar", version: "00", uname: "asterisk", gname: "voip" },
            ...{ devmajor: "", devminor: "", prefix: "", rest: "" },
        });
    });

    it("is root's, and for root only, unless it is said otherwise", () => {
        const content = Buffer.alloc(0);
        expect(headerOf(tar([{ name: "a", content }]))).toMatchObject({
            mode: "0000600",
            uname: "root",
            gname: "root",
        });
    });

    it("fills whole blocks, and the archive ends with two of zeros", () => {
        const ends = (size: number): number => tar([{ name: "a", content: Buffer.alloc(size, "x") }]).length;
        expect([0, 1, 512, 513].map(ends)).toEqual([512, 1024, 1024, 1536].map((bytes) => bytes + 1024));
        expect(tar([])).toEqual(Buffer.alloc(1024));
    });

    it("has names of at most 31 bytes for user and group, and of 100 for itself", () => {
        const content = Buffer.alloc(0);
        const long = "u".repeat(40);
        const { uname, gname } = headerOf(tar([{ name: "a", content, user: long, group: long }]));
        expect([uname, gname]).toEqual(["u".repeat(31), "u".repeat(31)]);
        expect(headerOf(tar([{ name: "ü".repeat(50), content }])).name).toHaveLength(100);
        expect(() => tar([{ name: `${"ü".repeat(50)}x`, content }])).toThrow(
            "is too long for a tar archive: at most 100 bytes.",
        );
    });
});
