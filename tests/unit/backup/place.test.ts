import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileDigest, openManifest, writeManifest, type OpenManifest } from "../../../cli/backup/manifest";
import * as parts from "../../../cli/backup/parts";
import { checkBackup, partOf, placeBackup, type RestoreRequest } from "../../../cli/backup/place";
import { Failure } from "../../../cli/result";
import { Crypter } from "../../../engine/secrets/passphrase";

jest.mock("../../../cli/backup/parts");

let dir: string;
let request: RestoreRequest;
let opened: OpenManifest;
const at = (...names: string[]): string => path.join(dir, ...names);

/** Deriving keys takes long: all tests use one backup. */
beforeAll(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-place-"));
    fs.mkdirSync(at("backup"));
    fs.mkdirSync(at("checkout"));
    fs.writeFileSync(at("checkout", "Pulumi.yaml"), "name: voip-stack\nruntime: nodejs\n");
    fs.writeFileSync(at("backup", "state.tar.gz.age"), "sealed");
    const file = "state.tar.gz.age";
    const sha256 = await fileDigest(at("backup", file));
    const manifest = {
        ...{ project: "voip-stack", stack: "dev", version: "0.1.0", time: "2030-01-02T03:04:05.000Z" },
        dataDir: at("state", "voip-stack", "stacks", "dev"),
        stateSalt: (await Crypter.create("of the stack")).state,
        parts: ["state", "ssh", "openbao", "postgres"].map((name) => ({ name, file, bytes: 6, sha256 })),
        counts: [],
    };
    await writeManifest(at("backup"), manifest, "AGE-SECRET", "of the backup");
    opened = await openManifest(at("backup"), "of the backup");
});
afterAll(() => fs.rmSync(dir, { recursive: true }));

beforeEach(() => {
    process.env.PULUMI_BACKEND_URL = `file://${at("backend")}`;
    for (const name of ["state", "backend"]) fs.rmSync(at(name), { recursive: true, force: true });
    fs.rmSync(at("checkout", "Pulumi.dev.yaml"), { force: true });
    fs.writeFileSync(at("backup", "state.tar.gz.age"), "sealed");
    request = {
        ...{ stack: "dev", projectDir: at("checkout"), dir: at("backup"), keepConfig: false },
        dataDir: at("state", "voip-stack", "stacks", "dev"),
        passphrase: "of the backup",
        stackPassphrase: "of the stack",
    };
    jest.mocked(parts.unpackPart).mockImplementation(async ({ part }, into) => {
        fs.writeFileSync(path.join(into, `of-${part.name}`), part.name);
        if (part.name !== "state") return;
        fs.writeFileSync(path.join(into, "dev.json"), JSON.stringify({ version: 3, checkpoint: { latest: {} } }));
        fs.writeFileSync(path.join(into, "Pulumi.dev.yaml"), "config: {}\n");
    });
});

async function refused(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).message;
}

describe("a backup is checked before anything is touched", () => {
    it("and is as it was written", async () => {
        expect(await checkBackup(request)).toEqual(opened);
        expect(fs.existsSync(at("state"))).toBe(false);
    });

    it("can be restored only as the stack that it is of", async () => {
        expect(await refused(checkBackup({ ...request, stack: "prod" }))).toBe(
            `the backup in ${at("backup")} is of stack dev of voip-stack: it can be restored as that only, with --stack dev`,
        );
    });

    it("can be restored only to the directory that its state names", async () => {
        expect(await refused(checkBackup({ ...request, dataDir: "/elsewhere/voip-stack/stacks/dev" }))).toBe(
            `the stack of the backup had its files in ${request.dataDir}, not in /elsewhere/voip-stack/stacks/dev: ` +
                `set XDG_STATE_HOME=${at("state")}`,
        );
    });

    it("does not replace files of the stack", async () => {
        fs.mkdirSync(request.dataDir, { recursive: true });
        expect(await refused(checkBackup(request))).toBe(
            `there are files of stack dev in ${request.dataDir}: ./voip destroy --stack dev removes them`,
        );
    });

    it("needs the passphrase of the stack beside its own", async () => {
        expect(await refused(checkBackup({ ...request, stackPassphrase: "of the backup" }))).toBe(
            "the passphrase of this machine does not open the state of the backup (incorrect passphrase for this stack's " +
                "secrets): set PULUMI_CONFIG_PASSPHRASE_FILE to the file with the one that the stack had",
        );
    });

    it("is refused with a changed byte", async () => {
        fs.writeFileSync(at("backup", "state.tar.gz.age"), "sealeD");
        expect(await refused(checkBackup(request))).toContain("is damaged: state.tar.gz.age was changed");
    });

    it("is refused without a part that it needs", () => {
        expect(partOf(opened.manifest, "ssh").name).toBe("ssh");
        expect(() => partOf(opened.manifest, "voicemail-pbx-9")).toThrow(
            "the backup has no part voicemail-pbx-9: it has state, ssh, openbao, postgres",
        );
    });
});

describe("a backup is put in its places", () => {
    const config = (): string => at("checkout", "Pulumi.dev.yaml");
    const checkpoint = (): string => at("backend", ".pulumi/stacks/voip-stack/dev.json");

    it("each part where its owner looks for it", async () => {
        await placeBackup(request, opened);
        const found = fs.readdirSync(request.dataDir, { recursive: true, encoding: "utf8" });
        expect(found.filter((name) => path.basename(name).startsWith("of-")).sort()).toEqual(
            ["core/openbao/of-openbao", "core/postgres/data/of-postgres", "of-ssh"].sort(),
        );
        expect(fs.existsSync(checkpoint())).toBe(true);
        expect(fs.readFileSync(config(), "utf8")).toBe("config: {}\n");
        expect(fs.readdirSync(path.dirname(request.dataDir))).toEqual(["dev"]);
        expect(fs.statSync(request.dataDir).mode & 0o777).toBe(0o700);
    });

    it("not beside another configuration of the stack, unless that is wanted", async () => {
        fs.writeFileSync(config(), "config: { a: b }\n");
        expect(await refused(placeBackup(request, opened))).toBe(
            `${config()} differs from that of the backup: remove it, and the restore writes it; or go on with it, --keep-config`,
        );
        expect(fs.existsSync(checkpoint())).toBe(false);
        expect(fs.readdirSync(path.dirname(request.dataDir))).toEqual([]);
        await placeBackup({ ...request, keepConfig: true }, opened);
        expect(fs.readFileSync(config(), "utf8")).toBe("config: { a: b }\n");
        expect(fs.existsSync(checkpoint())).toBe(true);
    });

    it("beside the same configuration", async () => {
        fs.writeFileSync(config(), "config: {}\n");
        await placeBackup(request, opened);
        expect(fs.existsSync(checkpoint())).toBe(true);
    });

    it("all of it or nothing", async () => {
        const unpack = jest.mocked(parts.unpackPart).getMockImplementation()!;
        jest.mocked(parts.unpackPart).mockImplementation(async (source, into) => {
            if (source.part.name === "postgres") throw new Error("no space");
            return unpack(source, into);
        });
        await expect(placeBackup(request, opened)).rejects.toThrow("no space");
        expect(fs.existsSync(checkpoint())).toBe(false);
        expect(fs.existsSync(config())).toBe(false);
        expect(fs.readdirSync(path.dirname(request.dataDir))).toEqual([]);
    });
});
