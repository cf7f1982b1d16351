import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
    checkParts,
    fileDigest,
    isFinished,
    openManifest,
    writeManifest,
    type Manifest,
} from "../../../cli/backup/manifest";
import { Failure } from "../../../cli/result";

let dir: string;
const file = (): string => path.join(dir, "manifest.json");
beforeEach(() => void (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-manifest-"))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

const content = {
    project: "voip-stack",
    stack: "dev",
    version: "0.1.0",
    time: "2030-01-02T03:04:05.000Z",
    dataDir: "/data/dev",
    stateSalt: "v1:abc=:v1:def=:ghi=",
    parts: [{ name: "state", file: "state.tar.gz.age", bytes: 4, sha256: "00" }],
    counts: [{ name: "accounts", least: 2, most: 3 }],
};

/** Written once: a key is derived for each new manifest, which takes long. */
let written: { manifest: Manifest; text: string };
beforeAll(async () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "voip-manifest-"));
    const manifest = await writeManifest(scratch, content, "AGE-SECRET", "correct horse");
    expect(fs.readdirSync(scratch)).toEqual(["manifest.json"]);
    written = { manifest, text: fs.readFileSync(path.join(scratch, "manifest.json"), "utf8") };
    fs.rmSync(scratch, { recursive: true });
});
const write = (change: (whole: string) => string = (whole) => whole): void =>
    fs.writeFileSync(file(), change(written.text));

async function refused(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).message;
}

describe("a manifest", () => {
    it("is read as it was written, with the key of the parts", async () => {
        expect(isFinished(dir)).toBe(false);
        write();
        expect(isFinished(dir)).toBe(true);
        expect(written.manifest).toEqual({ format: 1, ...content });
        expect(await openManifest(dir, "correct horse")).toEqual({
            manifest: written.manifest,
            identity: "AGE-SECRET",
        });
    });

    it("can be read by people, but for the key", () => {
        expect(JSON.parse(written.text)).toMatchObject({ manifest: { format: 1, ...content } });
        expect(written.text).not.toContain("AGE-SECRET");
        expect(written.text).not.toContain("correct horse");
    });

    it("is refused with another passphrase", async () => {
        write();
        expect(await refused(openManifest(dir, "battery"))).toBe(
            `the passphrase is not that of the backup in ${dir}: set PULUMI_CONFIG_PASSPHRASE_FILE, or add --passphrase-file`,
        );
    });

    it.each([
        ["a hash", '"sha256": "00"', '"sha256": "01"'],
        ["a number of rows", '"least": 2', '"least": 1'],
        ["the stack", '"stack": "dev"', '"stack": "dex"'],
        ["a part more", '"parts": [', '"parts": [{"name":"x"},'],
    ])("is refused when %s was changed", async (_what, from, to) => {
        write((whole) => whole.replace(from, to));
        expect(await refused(openManifest(dir, "correct horse"))).toBe(`${file()} was changed after it was written`);
    });

    it("is refused when what is sealed was changed", async () => {
        const flip = (_: string, start: string, letter: string): string => start + (letter === "A" ? "B" : "A");
        write((whole) => whole.replace(/("sealed": "v1:[^:]+:)(.)/, flip));
        expect(await refused(openManifest(dir, "correct horse"))).toBe(`${file()} was changed after it was written`);
    });

    it("is refused when the salt can't be read", async () => {
        write((whole) => whole.replace('"salt": "v1:', '"salt": "v2:'));
        expect(await refused(openManifest(dir, "correct horse"))).toContain(`${file()} is damaged: the stack's salt`);
    });

    it("of another format names both", async () => {
        fs.writeFileSync(file(), JSON.stringify({ manifest: { format: 7 }, salt: "", sealed: "" }));
        expect(await refused(openManifest(dir, "x"))).toBe(
            `${file()} is of format 7; this version of voip-stack knows format 1`,
        );
    });

    it.each([
        ["no JSON", "{", "is damaged:"],
        ["something else", "[]", "is not the manifest of a backup"],
        ["nothing", "null", "is not the manifest of a backup"],
        ["half of it", '{"manifest":{"format":1},"salt":"x"}', "is not the manifest of a backup"],
    ])("that is %s is refused", async (_what, text, message) => {
        fs.writeFileSync(file(), text);
        expect(await refused(openManifest(dir, "x"))).toContain(`${file()} ${message}`);
    });

    it("is what a finished backup has, and an interrupted one lacks", async () => {
        expect(await refused(openManifest(dir, "x"))).toBe(
            `${dir} holds no finished backup: it has no manifest.json, which is written last`,
        );
        expect(await refused(openManifest(`${dir}/none`, "x"))).toBe(`there is no directory ${dir}/none`);
    });
});

describe("the parts of a backup", () => {
    const part = async (name: string, text: string): Promise<Manifest["parts"][number]> => {
        const made = { name, file: `${name}.age` };
        fs.writeFileSync(path.join(dir, made.file), text);
        return { ...made, bytes: text.length, sha256: await fileDigest(path.join(dir, made.file)) };
    };

    it("are as they were written", async () => {
        const parts = [await part("one", "first"), await part("two", "")];
        expect(parts[1].sha256).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        await expect(checkParts(dir, parts)).resolves.toBeUndefined();
    });

    it("are all named that are not", async () => {
        const parts = [
            await part("one", "first"),
            await part("two", "second"),
            await part("three", "third"),
            await part("four", "4"),
        ];
        fs.rmSync(path.join(dir, "one.age"));
        fs.writeFileSync(path.join(dir, "two.age"), "sec");
        fs.writeFileSync(path.join(dir, "three.age"), "thirt");
        expect(await refused(checkParts(dir, parts))).toBe(
            `the backup in ${dir} is damaged: one.age is missing; two.age has 3 bytes instead of 6; three.age was changed`,
        );
    });
});
