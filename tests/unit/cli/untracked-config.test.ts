import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { untrackedConfig } from "../../../cli/engine/untracked-config";
import { parseYaml } from "../../../config/yaml";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "untracked-config-"));
const project = path.join(root, "project");
const dir = path.join(root, "state", "dev");
const tracked = path.join(project, "Pulumi.dev.yaml");

beforeAll(() => {
    fs.mkdirSync(project);
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: phones\nruntime: nodejs\n");
});
afterAll(() => fs.rmSync(root, { recursive: true }));

const copied = (): unknown => parseYaml(fs.readFileSync(untrackedConfig(project, "dev", dir).file, "utf8"));

describe("the configuration that the official CLI is given", () => {
    it("is the checkout's, with the salt that the CLI wrote last time", () => {
        fs.writeFileSync(tracked, "config:\n    phones:phase: 1\n");
        expect(copied()).toEqual({ config: { "phones:phase": 1 } });
        fs.writeFileSync(
            path.join(dir, "Pulumi.dev.yaml"),
            "encryptionsalt: v1:made\nconfig:\n    phones:phase: '1'\n",
        );
        fs.writeFileSync(tracked, "config:\n    phones:phase: 2\n");
        expect(copied()).toEqual({ encryptionsalt: "v1:made", config: { "phones:phase": 2 } });
    });

    it("has the checkout's salt where that has one: its secrets need it", () => {
        fs.writeFileSync(tracked, "encryptionsalt: v1:shared\n");
        expect(copied()).toEqual({ encryptionsalt: "v1:shared" });
    });

    it("is empty for a stack without a file", () => {
        fs.rmSync(tracked);
        fs.rmSync(dir, { recursive: true });
        expect(copied()).toEqual({});
        expect(fs.existsSync(path.join(dir, "Pulumi.yaml"))).toBe(true);
    });
});
