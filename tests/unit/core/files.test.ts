import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { makeCertificate, readCertificate } from "../../../providers/bootstrap-certificate/certificate";
import { deviations, removeAbandoned, writeHostFiles } from "../../../providers/host-files/files";
import { provider as hostFiles } from "../../../providers/host-files/provider";
import { certificatesIn, changeAnchors, missingAnchors } from "../../../providers/trust-anchors/anchors";

let dir: string;
const owner = process.getuid?.() ?? 0;

beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "core-files-"))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("host files", () => {
    const at = (name: string) => path.join(dir, name);
    const wanted = () => ({
        directories: [{ path: at("etc"), mode: "0700", owner }],
        files: [{ path: at("etc/key"), mode: "0400", owner, content: "secret" }],
    });

    test("are written with their modes, and nothing deviates", () => {
        writeHostFiles(wanted());
        expect(fs.readFileSync(at("etc/key"), "utf8")).toBe("secret");
        expect(fs.statSync(at("etc/key")).mode & 0o777).toBe(0o400);
        expect(fs.statSync(at("etc")).mode & 0o777).toBe(0o700);
        expect(deviations(wanted())).toEqual([]);
    });

    test.each<[string, () => void, string]>([
        ["a missing file", () => fs.rmSync(at("etc/key")), "etc/key"],
        ["a changed file", () => fs.writeFileSync(at("etc/key"), "other"), "etc/key"],
        ["a file that others may read", () => fs.chmodSync(at("etc/key"), 0o444), "etc/key"],
        ["a directory that others may enter", () => fs.chmodSync(at("etc"), 0o755), "etc"],
    ])("%s deviates, and writing again mends it", (_, harm, name) => {
        writeHostFiles(wanted());
        if (name === "etc/key") fs.chmodSync(at("etc/key"), 0o600);
        harm();
        expect(deviations(wanted())).toContain(at(name));
        writeHostFiles(wanted());
        expect(deviations(wanted())).toEqual([]);
    });

    test("that are no longer wanted are removed, with what is in their directories, and no others", () => {
        const more = wanted();
        more.directories.push({ path: at("data"), mode: "0700", owner });
        writeHostFiles(more);
        fs.writeFileSync(at("data/row"), "");
        removeAbandoned(more, { ...wanted(), files: [] });
        expect(fs.readdirSync(dir)).toEqual(["etc"]);
        expect(fs.readdirSync(at("etc"))).toEqual([]);
    });

    test("an error names the property and never repeats a content", async () => {
        const bad = { directories: [], files: [{ path: "key", mode: "rw", owner: -1, content: 4711 as never }] };
        const { failures } = await hostFiles.check(bad, bad);
        const reasons = failures.map(({ reason }) => reason);
        expect(reasons).toHaveLength(4);
        expect(reasons.join("\n")).toContain('files[0].path must be an absolute path, not "key"');
        expect(reasons.join("\n")).not.toContain("4711");
    });
});

describe("certificates", () => {
    const definition = (name: string) => ({
        file: path.join(dir, `${name}.pem`),
        owner,
        commonName: name,
        address: "192.0.2.1",
    });

    test("the one to start with is made once, for the address, and its file is its owner's alone", async () => {
        const made = await makeCertificate(definition("openbao"));
        expect(await makeCertificate(definition("openbao"))).toBe(made);
        expect(fs.statSync(definition("openbao").file).mode & 0o777).toBe(0o600);
        expect(made).not.toContain("PRIVATE");
        expect(readCertificate({ ...definition("openbao"), address: "192.0.2.2" })).toBeUndefined();
    });

    test("more than one adds to a file of trusted certificates, and takes away only its own", async () => {
        const [one, other, newer] = await Promise.all(
            ["one", "other", "newer"].map((n) => makeCertificate(definition(n))),
        );
        const file = path.join(dir, "trust", "ca.pem");
        changeAnchors(file, one, "");
        changeAnchors(file, other + other, "");
        expect(certificatesIn(fs.readFileSync(file, "utf8"))).toHaveLength(2);
        changeAnchors(file, newer, other);
        expect(missingAnchors(file, one + newer)).toEqual([]);
        expect(missingAnchors(file, other)).toHaveLength(1);
        changeAnchors(file, "", one + newer);
        expect(fs.existsSync(file)).toBe(false);
    });
});
