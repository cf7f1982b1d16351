import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Durations, inWords } from "../../../cli/durations";

let dir: string;
let file: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    file = path.join(dir, "voip-stack", "durations-dev.json");
    process.env.XDG_STATE_HOME = dir;
});
afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    fs.rmSync(dir, { recursive: true });
});

describe("how long things took", () => {
    it("is kept by stack, in whole milliseconds, for the owner only", () => {
        const durations = Durations.of("dev");
        expect(durations.lastTime("up")).toBeUndefined();
        durations.remember("up", 1234.6);
        expect(fs.existsSync(file)).toBe(false);
        durations.save();
        expect(fs.readFileSync(file, "utf8")).toBe('{\n  "up": 1235\n}');
        expect(fs.readdirSync(path.dirname(file))).toEqual(["durations-dev.json"]);
        expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
        expect(Durations.of("dev").lastTime("up")).toBe(1235);
        expect(Durations.of("prod").lastTime("up")).toBeUndefined();
    });

    it("is not known where the file can't be read", () => {
        fs.mkdirSync(path.dirname(file));
        fs.writeFileSync(file, "{");
        expect(Durations.of("dev").lastTime("up")).toBeUndefined();
    });
});

test.each([
    [0, "0.0 s"],
    [7_340, "7.3 s"],
    [9_940, "9.9 s"],
    [10_000, "10 s"],
    [10_600, "11 s"],
    [119_400, "119 s"],
    [120_000, "2 min 0 s"],
    [125_400, "2 min 5 s"],
    [3_600_000, "60 min 0 s"],
])("%d ms are %s", (milliseconds, words) => expect(inWords(milliseconds)).toBe(words));
