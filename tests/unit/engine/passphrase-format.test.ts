import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Crypter } from "../../../engine/secrets/passphrase";
import { passphraseVariables } from "../../../engine/secrets/phrase";

const bytes = (text: string): number => Buffer.from(text, "base64").length;

describe("what is encrypted under a passphrase", () => {
    let crypter: Crypter;
    beforeAll(async () => (crypter = await Crypter.create("test")));

    it("has a nonce of 12 bytes, and a tag of 16 at its end, as the official engine wants it", () => {
        const [version, nonce, sealed, ...rest] = crypter.encrypt("1234").split(":");
        expect([version, bytes(nonce), bytes(sealed), rest]).toEqual(["v1", 12, 4 + 16, []]);
    });

    it("has a salt of 8 bytes, another for each stack", async () => {
        const [version, salt, ...check] = crypter.state.split(":");
        expect([version, bytes(salt)]).toEqual(["v1", 8]);
        expect(crypter.decrypt(check.join(":"))).toBe("pulumi");
        expect((await Crypter.create("test")).state.split(":")[1]).not.toBe(salt);
    });

    it.each(["v2:a:b", "v1:a", "v1", "v1:a:b:c", ""])("is readable only as such: %j is not", (value) => {
        expect(() => crypter.decrypt(value)).toThrow(
            "an encrypted value is not readable: expected v1:NONCE:CIPHERTEXT",
        );
    });

    it("is refused where the check word is another", async () => {
        const [version, salt] = crypter.state.split(":");
        const other = `${version}:${salt}:${crypter.encrypt("other")}`;
        await expect(Crypter.open("test", other)).rejects.toThrow("incorrect passphrase for this stack's secrets");
    });
});

describe("the passphrase for the official CLI", () => {
    let dir: string;
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
        process.env.XDG_CONFIG_HOME = dir;
    });
    afterEach(() => {
        delete process.env.XDG_CONFIG_HOME;
        fs.rmSync(dir, { recursive: true });
    });

    it.each([
        { PULUMI_CONFIG_PASSPHRASE: "" },
        { PULUMI_CONFIG_PASSPHRASE: "x" },
        { PULUMI_CONFIG_PASSPHRASE_FILE: "/f" },
    ])("is the one that it finds itself: %j", (env) => {
        expect(passphraseVariables(env)).toEqual({ variables: {} });
        expect(fs.readdirSync(dir)).toEqual([]);
    });

    it("is our own else, which is told of when it is made", () => {
        const file = path.join(dir, "voip-stack", "passphrase");
        const variables = { PULUMI_CONFIG_PASSPHRASE_FILE: file };
        const notice = `A passphrase for the stacks' secrets was made; it is kept in ${file}.`;
        expect(passphraseVariables({})).toEqual({ variables, notice });
        expect(passphraseVariables({ PULUMI_CONFIG_PASSPHRASE_FILE: "" })).toEqual({ variables, notice: undefined });
        expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
        expect(fs.readFileSync(file, "utf8")).toMatch(/^[\w-]{32}\n$/);
    });
});
