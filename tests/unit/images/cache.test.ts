import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { entryDir, lockFile, removeUnlessLocked, sweep } from "../../../images/cache";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";

let home: string;
const before = process.env.XDG_CACHE_HOME;
const at = (...names: string[]): string => path.join(home, "voip-stack", ...names);
const there = (...names: string[]): boolean => fs.existsSync(at(...names));
const make = (...names: string[]): void => {
    fs.mkdirSync(path.dirname(at(...names)), { recursive: true });
    fs.writeFileSync(at(...names), "");
};
const day = 86_400_000;

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "voip-cache-"));
    process.env.XDG_CACHE_HOME = home;
});
afterEach(() => {
    jest.restoreAllMocks();
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    fs.rmSync(home, { recursive: true });
});

const after = (days: number) => {
    const now = Date.now();
    jest.spyOn(Date, "now").mockReturnValue(now + days * day);
};

describe("the cache", () => {
    beforeEach(() => {
        make("layers", "base-1", "used");
        make("layers", "half.tmp", "used");
        make("images", "sip-1", "manifest.json");
        make("images", "half.tmp", "disk.raw");
        make("debs", "a.deb");
        make("wheels", "a.whl");
    });

    it("loses incomplete entries, at once, and nothing else", async () => {
        await sweep();
        expect([there("layers", "half.tmp"), there("images", "half.tmp")]).toEqual([false, false]);
        expect([there("layers", "base-1"), there("images", "sip-1"), there("debs", "a.deb")]).toEqual([
            true,
            true,
            true,
        ]);
    });

    it("keeps for 30 days what nobody uses", async () => {
        after(29.9);
        await sweep();
        expect([there("layers", "base-1"), there("debs", "a.deb"), there("wheels", "a.whl")]).toEqual([
            true,
            true,
            true,
        ]);
    });

    it("loses layers and packages then, but no image", async () => {
        after(30.1);
        await sweep();
        expect([there("layers", "base-1"), there("debs", "a.deb"), there("wheels", "a.whl")]).toEqual([
            false,
            false,
            false,
        ]);
        expect(there("images", "sip-1")).toBe(true);
    });

    it("keeps a layer that does not say when it was used", async () => {
        fs.rmSync(at("layers", "base-1", "used"));
        after(1000);
        await sweep();
        expect(there("layers", "base-1")).toBe(true);
    });

    it("keeps what is being made: its maker holds its lock", async () => {
        const lock = await lockFile("layers", "half");
        expect(path.relative(at(), lock)).toBe(path.join("locks", "layers-half"));
        const remove = [process.execPath, "--require", path.join(projectDir, "process", "typescript.js")];
        const script = `require("./images/cache").removeUnlessLocked("layers", "half.tmp")`;
        await run(["flock", lock, ...remove, "--eval", script], { cwd: projectDir });
        expect(there("layers", "half.tmp")).toBe(true);
        await removeUnlessLocked("layers", "half.tmp");
        expect(there("layers", "half.tmp")).toBe(false);
    });

    it("is empty before the first build", async () => {
        fs.rmSync(at(), { recursive: true });
        await sweep();
        expect(there("debs")).toBe(false);
        expect(entryDir("images", { name: "sip-1" } as never)).toBe(at("images", "sip-1"));
    });
});
