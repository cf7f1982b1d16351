import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkedFile, copyFile, DamagedFile } from "../../../images/checked-file";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "checked-file-"));
const [file, copy] = ["file", "copy"].map((name) => path.join(dir, name));
const mebibyte = 1024 ** 2;

/** More than two of the chunks in which it is read, and not a whole number of them. */
const content = Buffer.alloc(2 * mebibyte + 77, "a file of some length ");

beforeEach(() => fs.writeFileSync(file, content));
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe("a checked file", () => {
    it("is copied whole", async () => {
        await copyFile(await checkedFile(file), copy);
        expect(fs.readFileSync(copy).equals(content)).toBe(true);
    });

    it("is copied from the offset where its content begins", async () => {
        await copyFile(await checkedFile(file, 1000), copy);
        expect(fs.readFileSync(copy).equals(content.subarray(1000))).toBe(true);
    });

    it("may have anything before that", async () => {
        const known = await checkedFile(file, 1000);
        flip(999);
        await expect(copyFile(known, copy)).resolves.toBeUndefined();
    });

    it.each([0, mebibyte, content.length - 1])(
        "is damaged with another byte at %d: its end is withheld",
        async (at) => {
            const known = await checkedFile(file);
            flip(at);
            await expect(copyFile(known, copy)).rejects.toThrow(new DamagedFile(known));
            expect(fs.statSync(copy).size).toBeLessThan(content.length);
        },
    );

    it.each([
        ["shorter", () => fs.truncateSync(file, content.length - 1)],
        ["longer", () => fs.appendFileSync(file, "x")],
        ["gone", () => fs.rmSync(file)],
    ])("is damaged when it is %s", async (_, change) => {
        const known = await checkedFile(file);
        change();
        await expect(copyFile(known, copy)).rejects.toThrow(`${file} is damaged`);
    });
});

function flip(at: number): void {
    const bytes = fs.readFileSync(file);
    bytes[at] ^= 1;
    fs.writeFileSync(file, bytes);
}
