import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Crypter } from "../../../engine/secrets/passphrase";
import { passphrase } from "../../../engine/secrets/phrase";

// Made by the official implementation: pulumi/pulumi, pkg/secrets/passphrase/manager_test.go.
const OFFICIAL_STATE = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==";
const OFFICIAL_PASSPHRASE = "password";

describe("secrets under a passphrase", () => {
    test("a salt made by the official engine opens with its passphrase", async () => {
        const crypter = await Crypter.open(OFFICIAL_PASSPHRASE, OFFICIAL_STATE);
        expect(crypter.decrypt("v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==")).toBe("pulumi");
        expect(crypter.decrypt(crypter.encrypt("Grüße"))).toBe("Grüße");
    });

    test("another passphrase is refused", async () => {
        await expect(Crypter.open("password123", OFFICIAL_STATE)).rejects.toThrow("incorrect passphrase");
    });

    test("a salt that is not one is refused", async () => {
        await expect(Crypter.open("password", "fozI5u6B030=:v1:F+6ZduL:x")).rejects.toThrow("expected v1:SALT:v1:");
    });

    test("a new salt opens again, and no value is encrypted alike twice", async () => {
        const made = await Crypter.create("correct horse");
        const opened = await Crypter.open("correct horse", made.state);
        const [one, two] = [made.encrypt("1234"), made.encrypt("1234")];
        expect(one).not.toBe(two);
        expect([opened.decrypt(one), opened.decrypt(two)]).toEqual(["1234", "1234"]);
    });

    test("a changed ciphertext is refused", async () => {
        const crypter = await Crypter.open(OFFICIAL_PASSPHRASE, OFFICIAL_STATE);
        const [version, nonce, sealed] = crypter.encrypt("1234").split(":");
        const bytes = Buffer.from(sealed, "base64");
        bytes[0] ^= 1;
        expect(() => crypter.decrypt([version, nonce, bytes.toString("base64")].join(":"))).toThrow();
    });
});

describe("where the passphrase comes from", () => {
    let home: string;

    beforeEach(() => {
        home = fs.mkdtempSync(path.join(os.tmpdir(), "passphrase-"));
        process.env.XDG_CONFIG_HOME = home;
    });

    afterEach(() => {
        delete process.env.XDG_CONFIG_HOME;
        fs.rmSync(home, { recursive: true });
    });

    test("the environment comes first, then a file it names", () => {
        const file = path.join(home, "phrase");
        fs.writeFileSync(file, "from a file\n");
        const env = { PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: file };
        expect(passphrase(env).phrase).toBe("");
        expect(passphrase({ PULUMI_CONFIG_PASSPHRASE_FILE: file }).phrase).toBe("from a file");
    });

    test("a file that is not there is named", () => {
        expect(() => passphrase({ PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere/phrase" })).toThrow("/nowhere/phrase");
    });

    test("one is made once, for its owner only", () => {
        const made = passphrase({});
        const file = path.join(home, "voip-stack", "passphrase");
        expect(made.notice).toContain(file);
        expect(made.phrase).toHaveLength(32);
        expect(fs.statSync(file).mode & 0o777).toBe(0o600);
        expect(passphrase({})).toEqual({ phrase: made.phrase });
        expect(fs.readdirSync(path.dirname(file))).toEqual(["passphrase"]);
    });
});
