import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execFileSync } from "node:child_process";
import {
    changedFiles,
    deviations,
    removeAbandoned,
    tellServer,
    writeHostFiles,
} from "../../../providers/host-files/files";
import { provider } from "../../../providers/host-files/provider";

// files can be given to somebody only by root: here they seem to be whose they are to be
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    const statSync = (...given: Parameters<typeof fs.statSync>) => {
        const found = actual.statSync(...given);
        return found && Object.assign(found, { gid: found.uid });
    };
    return { ...actual, statSync, chownSync: (...given: unknown[]) => mockOwners.push(given) };
});
const mockOwners: unknown[][] = [];

let dir: string;
const owner = process.getuid?.() ?? 0;
const at = (name: string): string => path.join(dir, name);
const modeOf = (name: string): string => (fs.statSync(at(name)).mode & 0o7777).toString(8);
const directory = (name: string, mode = "0750") => ({ path: at(name), mode, owner });
const file = (name: string, content = "text\n", mode = "0640") => ({ path: at(name), mode, owner, content });
const files = () => ({ directories: [directory("etc")], files: [file("etc/a"), file("etc/b", "", "0600")] });

beforeEach(() => {
    mockOwners.length = 0;
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-host-files-"));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("files of the host", () => {
    it("are written with their content and mode, and then nothing deviates", () => {
        writeHostFiles(files());
        expect(fs.readFileSync(at("etc/a"), "utf8")).toBe("text\n");
        expect([modeOf("etc"), modeOf("etc/a"), modeOf("etc/b")]).toEqual(["750", "640", "600"]);
        expect(fs.readdirSync(at("etc")).sort()).toEqual(["a", "b"]);
        expect(mockOwners).toEqual(["etc", "etc/a.new", "etc/b.new"].map((name) => [at(name), owner, owner]));
        expect(deviations(files())).toEqual([]);
    });

    it("keep what is set beside the permissions", () => {
        writeHostFiles({ directories: [directory("etc", "2750")], files: [] });
        expect(modeOf("etc")).toBe("2750");
        fs.chmodSync(at("etc"), 0o750);
        expect(deviations({ directories: [directory("etc", "2750")], files: [] })).toEqual([at("etc")]);
    });

    it("are replaced as a whole where they differ, and else left alone", () => {
        writeHostFiles(files());
        const [a, b] = [fs.statSync(at("etc/a")).ino, fs.statSync(at("etc/b")).ino];
        fs.chmodSync(at("etc/a"), 0o644);
        fs.writeFileSync(at("etc/a.new"), "of a run that was killed");
        writeHostFiles(files());
        expect(fs.statSync(at("etc/a")).ino).not.toBe(a);
        expect(fs.statSync(at("etc/b")).ino).toBe(b);
        expect(modeOf("etc/a")).toBe("640");
    });

    it("deviate when they are missing, edited, or another's", () => {
        writeHostFiles(files());
        fs.rmSync(at("etc/a"));
        fs.writeFileSync(at("etc/b"), "edited");
        expect(deviations(files())).toEqual([at("etc/a"), at("etc/b")]);
        const others = { ...directory("etc"), owner: owner + 1 };
        expect(deviations({ directories: [others, directory("none")], files: [] })).toEqual([at("etc"), at("none")]);
    });

    it("go when they are abandoned: a directory only with all that was in it", () => {
        const [kept, left] = [directory("kept"), directory("left")];
        const olds = { directories: [kept, left], files: [file("kept/a"), file("kept/b"), file("left/c")] };
        writeHostFiles(olds);
        fs.writeFileSync(at("left/log"), "");
        removeAbandoned(olds, { directories: [], files: [olds.files[0]] });
        expect(fs.readdirSync(dir)).toEqual(["kept"]);
        expect(fs.readdirSync(at("kept"))).toEqual(["a"]);
    });
});

describe("a server of host files", () => {
    const reload = () => ({ paths: [at("etc/a")], fifo: at("reload") });
    let reader: number;
    beforeEach(() => {
        execFileSync("mkfifo", [at("reload")]);
        reader = fs.openSync(at("reload"), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    });
    afterEach(() => fs.closeSync(reader));

    /** What the server was told since it was asked last. */
    const told = (): string => {
        const buffer = Buffer.alloc(64);
        return buffer.toString("utf8", 0, fs.readSync(reader, buffer));
    };
    const update = (olds: ReturnType<typeof files>, news: ReturnType<typeof files>) =>
        provider.update("id", { ...olds, reload: reload() }, { ...news, reload: reload() });
    const withA = (content: string) => ({ ...files(), files: [file("etc/a", content), file("etc/b", "", "0600")] });

    it("is told of a change of the files that it reads again, and of no other", async () => {
        await provider.create({ ...files(), reload: reload() });
        expect(told()).toBe("");
        await update(files(), withA("new\n"));
        expect(told()).toBe("\n");
        await update(withA("new\n"), { ...withA("new\n"), files: [file("etc/a", "new\n"), file("etc/b", "other")] });
        expect(told()).toBe("");
    });

    it("is told of what was mended, and of what an interrupted update has written", async () => {
        await provider.create({ ...files(), reload: reload() });
        fs.writeFileSync(at("etc/a"), "edited");
        await update(files(), files());
        expect(told()).toBe("\n");
        writeHostFiles(withA("new\n"));
        expect(changedFiles(files(), withA("new\n"))).toEqual([at("etc/a")]);
        await update(files(), withA("new\n"));
        expect(told()).toBe("\n");
    });

    it("need not run, or ever have run; another error is told", () => {
        fs.closeSync(reader);
        tellServer(reload());
        fs.rmSync(at("reload"));
        tellServer(reload());
        expect(() => tellServer({ ...reload(), fifo: `${at("reload")}${"x".repeat(300)}` })).toThrow("ENAMETOOLONG");
        reader = fs.openSync("/dev/null", "r");
    });
});

describe("the resource of host files", () => {
    it("has an id of its paths, whatever is in them", async () => {
        const { id, outs } = await provider.create(files());
        expect(id).toMatch(/^[0-9a-f]{12}$/);
        expect(outs).toEqual(files());
        const other = { ...files(), files: [file("etc/a", "other"), file("etc/b")] };
        expect((await provider.create(other)).id).toBe(id);
        expect((await provider.create({ ...files(), files: [] })).id).not.toBe(id);
    });

    it("finds what deviates, and mends it", async () => {
        await provider.create(files());
        fs.rmSync(at("etc/a"));
        const { props, inputs } = await provider.read("id", files());
        expect(props).toEqual({ ...files(), deviating: [at("etc/a")] });
        expect(inputs).toEqual(props);
        await provider.update("id", files(), { ...files(), files: [file("etc/a")] });
        expect(fs.readdirSync(at("etc"))).toEqual(["a"]);
    });

    it("removes all, and is content when there is nothing", async () => {
        await provider.create(files());
        await provider.delete("id", files());
        await provider.delete("id", files());
        expect(fs.readdirSync(dir)).toEqual([]);
    });

    it.each([
        [{ mode: "640" }, []],
        [{ mode: "0640" }, []],
        [{ mode: "64" }, ['files[0].mode must be octal permissions such as 0600, not "64"']],
        [{ mode: "0680" }, ['files[0].mode must be octal permissions such as 0600, not "0680"']],
        [{ owner: -1 }, ["files[0].owner must be a whole number from 0 to 65534, not -1"]],
        [{ owner: 65_535 }, ["files[0].owner must be a whole number from 0 to 65534, not 65535"]],
        [{ content: 5 }, ['files[0].content must be a text, not "number"']],
        [{ path: "a" }, ['files[0].path must be an absolute path, not "a"']],
    ])("checks %j: %j", async (change, expected) => {
        const news = { directories: [], files: [{ ...file("a"), ...change }] } as never;
        const { inputs, failures } = await provider.check(news, news);
        expect(failures.map(({ reason }) => reason)).toEqual(expected);
        expect(inputs.deviating).toEqual([]);
    });
});
