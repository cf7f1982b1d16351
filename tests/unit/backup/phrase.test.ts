import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { backupPhrase, stackPhrase } from "../../../cli/backup/phrase";
import { Failure } from "../../../cli/result";

const environment = process.env;
let dir: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-phrase-"));
    process.env = { ...environment, XDG_CONFIG_HOME: dir };
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
});
afterEach(() => {
    process.env = environment;
    fs.rmSync(dir, { recursive: true });
});
const file = (name: string, text: string): string => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
};

test("the passphrase of a backup is the stack's, unless a file has another", () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "of the stack";
    expect(backupPhrase()).toBe("of the stack");
    expect(backupPhrase(file("other", "of the backup\n"))).toBe("of the backup");
    expect(stackPhrase()).toBe("of the stack");
});

test("the stack's comes from where an engine takes it", () => {
    file("voip-stack/passphrase", "our own\n");
    expect(backupPhrase()).toBe("our own");
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE = file("named", "of a file\n");
    expect(backupPhrase()).toBe("of a file");
});

test("none is made: a restore with a new one would always fail", () => {
    const sentence =
        "this machine has no passphrase of the stacks: set PULUMI_CONFIG_PASSPHRASE_FILE to the file that has it";
    expect(() => backupPhrase()).toThrow(new Failure(sentence));
    expect(() => stackPhrase()).toThrow(new Failure(sentence));
    expect(fs.readdirSync(dir)).toEqual([]);
});

test("a file that is empty or missing is named", () => {
    expect(() => backupPhrase(`${dir}/none`)).toThrow(`--passphrase-file ${dir}/none can't be read: ENOENT`);
    expect(() => backupPhrase(file("empty", "\n"))).toThrow(`--passphrase-file ${dir}/empty is empty`);
});
