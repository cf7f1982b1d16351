import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { readProject } from "../../../engine/project";
import { Crypter } from "../../../engine/secrets/passphrase";
import { layoutOf } from "../../../engine/stack";
import { Search, secretsOf, sorted } from "../../security/secrets-in-text";

let dir: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    process.env.PULUMI_CONFIG_PASSPHRASE = "for tests";
});
afterEach(() => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    fs.rmSync(dir, { recursive: true });
});

const password = 'pa"ss\\word/with+all/of?it~~~???~~~';
const key = `-----BEGIN PRIVATE KEY-----\n${"a".repeat(64)}\n${"b".repeat(40)}\n-----END PRIVATE KEY-----\n`;
const { secrets } = sorted([
    { name: "password", value: password },
    { name: "key", value: key },
]);

const search = new Search(secrets);

test("the name of a label is not a secret, its value is", () => {
    const { secrets: kept, ignored } = sorted([
        { name: "container.inputs.labels[0].label", value: "voip-stack.config" },
        { name: "container.inputs.labels[0].value", value: "0123456789abcdef" },
    ]);
    expect(kept.map(({ value }) => value)).toEqual(["0123456789abcdef"]);
    expect(ignored).toEqual([{ name: "container.inputs.labels[0].label", reason: "name of a label" }]);
});

describe("a secret in a text", () => {
    const base64 = (before: string): string => Buffer.from(`${before}${password} and more`).toString("base64");
    it.each([
        ["as it is", "plain", `user:${password}@host`],
        ["in JSON", "JSON", JSON.stringify({ password })],
        ["in JSON in JSON", "JSON", JSON.stringify({ said: JSON.stringify({ password }) })],
        ["in base64", "base64", base64("")],
        ["in base64, one byte on", "base64", base64("1")],
        ["in base64, two bytes on", "base64", base64("12")],
        ["in base64 for URLs", "base64", Buffer.from(`???${password}`).toString("base64url")],
        ["in a URL", "URL", `https://user:${encodeURIComponent(password)}@host`],
    ])("is found %s, and named", (_how, form, text) => {
        expect(search.inText("log", `before ${text} after`)).toEqual([{ secret: "password", where: "log", form }]);
    });

    it.each([
        ["line by line", key.split("\n").join("\nlog: ")],
        ["one line of it", `said: ${"b".repeat(40)}`],
        ["in JSON", JSON.stringify({ key })],
    ])("is found if it has many lines: %s", (_how, text) => {
        expect(search.inText("log", text)).toMatchObject([{ secret: "key" }]);
    });

    it("is not found elsewhere", () => {
        const text = `-----BEGIN PRIVATE KEY----- ${password.slice(1)} ${"a".repeat(63)} -----END PRIVATE KEY-----`;
        expect(search.inText("log", text)).toEqual([]);
    });

    it("is searched for in files, compressed ones too", () => {
        fs.mkdirSync(path.join(dir, "deep", "er"), { recursive: true });
        fs.writeFileSync(path.join(dir, "deep", "er", "log"), `: ${password}`);
        fs.writeFileSync(path.join(dir, "log.gz"), gzipSync(`: ${password}`));
        fs.writeFileSync(path.join(dir, "clean"), "nothing");
        fs.symlinkSync("nowhere", path.join(dir, "link"));
        const names = search.inFiles(dir).map(({ where }) => path.relative(dir, where));
        expect(names.sort()).toEqual(["deep/er/log", "log.gz"]);
    });
});

describe("the secrets of a stack", () => {
    it("are those of its state and of its configuration, each once; omissions are reported", async () => {
        const crypter = await Crypter.create("for tests");
        const sealed = (value: unknown) => ({
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            ciphertext: crypter.encrypt(JSON.stringify(value)),
        });
        const sealedText = crypter.encrypt("of-configuration");
        fs.writeFileSync(
            path.join(dir, "Pulumi.yaml"),
            "name: phones\nruntime: nodejs\nbackend:\n    url: file://.\nconfig:\n    declared:\n        default: of-default\n        secret: true\n",
        );
        fs.writeFileSync(
            path.join(dir, "Pulumi.dev.yaml"),
            `encryptionsalt: ${crypter.state}\nconfig:\n    phones:sealed:\n        secure: ${sealedText}\n    phones:open: in-the-open\n`,
        );
        const resource = {
            urn: "urn:pulumi:dev::phones::voip:Phone::handset",
            type: "voip:Phone",
            custom: true,
            id: "a",
            inputs: { file: "/etc/handset.pem", login: sealed({ pin: "1234", password: "of-the-login" }) },
            outputs: {
                login: sealed({ pin: "1234", password: "of-the-login" }),
                list: [sealed('{"inner": "within-JSON"}')],
                vault: sealed({ file: "/etc/handset.pem", token: "of-the-vault" }),
                plain: "in-the-open",
            },
        };
        const { checkpoint } = layoutOf(readProject(dir, "dev"));
        fs.mkdirSync(path.dirname(checkpoint), { recursive: true });
        const latest = {
            manifest: { time: "", magic: "", version: "" },
            secrets_providers: { type: "passphrase", state: { salt: crypter.state } },
            resources: [resource],
        };
        fs.writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { stack: "dev", latest } }));
        expect(await secretsOf("dev", dir)).toEqual({
            secrets: [
                { name: "handset.inputs.login.password", value: "of-the-login" },
                { name: "handset.outputs.list[0]", value: '{"inner": "within-JSON"}' },
                { name: "handset.outputs.list[0].inner", value: "within-JSON" },
                { name: "handset.outputs.vault.token", value: "of-the-vault" },
                { name: "configuration phones:declared", value: "of-default" },
                { name: "configuration phones:sealed", value: "of-configuration" },
            ],
            ignored: [
                { name: "handset.inputs.login.pin", reason: "short" },
                { name: "handset.outputs.vault.file", reason: "in plain in the state" },
            ],
        });
    });
});
