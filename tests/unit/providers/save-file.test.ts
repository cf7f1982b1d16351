import { headBytes, saveFileHead, streamStart } from "../../../providers/vm/saved/save-file";

describe("libvirt's save file", () => {
    const head = saveFileHead("<domain>ä</domain>");

    it("has a header of version 2 that says how long the definition is, and that the VM ran", () => {
        expect(head.toString("latin1", 0, 16)).toBe("LibvirtQemudSave");
        const words = Array.from({ length: 5 }, (_, at) => head.readUInt32LE(16 + 4 * at));
        expect(words).toEqual([2, "<domain>ä</domain>".length + 2, 1, 0, 0]);
        expect(head.subarray(headBytes).toString("utf8")).toBe("<domain>ä</domain>\0");
    });

    it("has QEMU's stream after the definition", () => {
        expect(streamStart(head)).toBe(head.length);
    });

    it.each([
        ["another magic", 0],
        ["another version", 16],
        ["a compressed stream", 28],
    ])("is not read with %s", (_, at) => {
        const other = Buffer.from(head);
        other[at] += 1;
        expect(() => streamStart(other)).toThrow("in a format that is not known here");
    });
});
