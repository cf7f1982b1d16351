import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { seconds } from "../../../engine/goal";
import { openConfig, readProject } from "../../../engine/project";
import { Crypter } from "../../../engine/secrets/passphrase";

describe("the project and the stack's configuration", () => {
    let dir: string;

    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "project-"));
    });

    afterEach(() => fs.rmSync(dir, { recursive: true }));

    function write(project: string, stack?: string): void {
        fs.writeFileSync(path.join(dir, "Pulumi.yaml"), project);
        if (stack !== undefined) fs.writeFileSync(path.join(dir, "Pulumi.dev.yaml"), stack);
    }

    test("defaults of the schema, then the stack's values; what is no text is JSON; secrets are named", async () => {
        const crypter = await Crypter.create("test");
        write(
            `{name: p, runtime: {name: nodejs, options: {typescript: false, nodeargs: "--import tsx"}},
              backend: {url: "file://./state"},
              config: {phase: {type: integer, default: 1}, lab: {type: boolean, default: true},
                       domain: {type: string, default: sip.local}, pin: {type: string, secret: true}, none: {type: string}}}`,
            `{encryptionsalt: "${crypter.state}",
              config: {"p:phase": 2, "p:pin": {secure: "${crypter.encrypt("1234")}"}, "docker:host": ssh, "p:list": [1, a]}}`,
        );
        const project = readProject(dir, "dev", {});
        expect(project).toMatchObject({ nodeArgs: ["--import", "tsx"], typescript: false, main: "." });
        expect(project).toMatchObject({ backendUrl: "file://./state", encryptionSalt: crypter.state });
        expect(readProject(dir, "dev", { PULUMI_BACKEND_URL: "file:///b" }).backendUrl).toBe("file:///b");
        expect(await openConfig(project.config, async () => crypter)).toEqual({
            values: {
                "p:phase": "2",
                "p:lab": "true",
                "p:domain": "sip.local",
                "p:pin": "1234",
                "docker:host": "ssh",
                "p:list": '[1,"a"]',
            },
            secretKeys: ["p:pin"],
        });
    });

    test("without encrypted values the key is not needed", async () => {
        write("{name: p, runtime: nodejs, config: {phase: {type: integer, default: 1}}}");
        const { config } = readProject(dir, "dev", {});
        const crypter = jest.fn();
        expect((await openConfig(config, crypter)).values).toEqual({ "p:phase": "1" });
        expect(crypter).not.toHaveBeenCalled();
    });

    test.each([
        ["{name: p, runtime: go}", "", "runtime 'go' is not supported"],
        ["{runtime: nodejs}", "", "has no 'name'"],
        ["{name: p, runtime: [", "", "is not valid YAML"],
        [
            "{name: p, runtime: nodejs}",
            "{secretsprovider: 'awskms://x'}",
            "secretsprovider 'awskms://x' is not supported",
        ],
    ])("%s is refused", (project, stack, message) => {
        write(project, stack);
        expect(() => readProject(dir, "dev", {})).toThrow(message);
    });

    test("a missing project and a bad stack name are refused", () => {
        expect(() => readProject(dir, "dev", {})).toThrow("Pulumi.yaml not found");
        expect(() => readProject(dir, "../dev", {})).toThrow("stack '../dev'");
    });
});

test("durations of custom timeouts", () => {
    expect(["90s", "5m", "1h30m", "250ms"].map(seconds)).toEqual([90, 300, 5400, 0.25]);
    expect(() => seconds("5 minutes")).toThrow("'5 minutes' is not a duration");
});
