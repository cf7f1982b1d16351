import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { serviceEnvironment } from "../../../cli/boot/environment";
import { projectDir } from "../../../paths";

let dir: string;
let file: string;
/** Whose the passphrase file is, to fs.statSync. */
const mockOwner = { uid: 0 };
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    return {
        ...actual,
        statSync: (...given: Parameters<typeof fs.statSync>) => {
            const stat = actual.statSync(...given);
            if (stat && String(given[0]).includes("voip-boot-")) Object.assign(stat, { uid: mockOwner.uid });
            return stat;
        },
    };
});

beforeEach(() => {
    mockOwner.uid = 0;
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-boot-"));
    file = path.join(dir, "passphrase");
    fs.writeFileSync(file, "secret words\n", { mode: 0o600 });
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const ofLab = (given: string | undefined, env: NodeJS.ProcessEnv) =>
    serviceEnvironment("dev", { core: "embedded" }, given, env);

describe("a service", () => {
    it("has its home, and the programs of the system and of this Node", () => {
        const { PATH, ...others } = ofLab(undefined, { HOME: "/root", TERM: "xterm", PATH: "/home/me/bin" });
        expect(others).toEqual({ HOME: "/root" });
        const places = PATH.split(":");
        expect(places[0]).toBe(path.dirname(process.execPath));
        expect(new Set(places)).toEqual(
            new Set([...[places[0], "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]]),
        );
        expect(places).toHaveLength(new Set(places).size);
        expect(ofLab(undefined, {}).HOME).toBe(os.homedir());
    });

    it("finds the stack's files where this process finds them", () => {
        const env = {
            HOME: "/root",
            XDG_STATE_HOME: "/srv/state",
            XDG_CACHE_HOME: "/srv/cache",
            XDG_CONFIG_HOME: "/srv/config",
            PULUMI_HOME: "/srv/pulumi",
        };
        expect(ofLab(undefined, env)).toMatchObject(env);
        const before = process.env.PULUMI_BACKEND_URL;
        process.env.PULUMI_BACKEND_URL = "file://states"; // relative to the checkout
        try {
            expect(ofLab(undefined, { PULUMI_BACKEND_URL: "file://states" }).PULUMI_BACKEND_URL).toMatch(
                /^file:\/\/\/.*states$/,
            );
        } finally {
            if (before === undefined) delete process.env.PULUMI_BACKEND_URL;
            else process.env.PULUMI_BACKEND_URL = before;
        }
    });

    it("reads the passphrase from a file: the one that is named, else that of the environment", () => {
        const env = { PULUMI_CONFIG_PASSPHRASE_FILE: file };
        expect(ofLab(undefined, env)).toMatchObject(env);
        expect(ofLab(file, { PULUMI_CONFIG_PASSPHRASE_FILE: "/other", PULUMI_CONFIG_PASSPHRASE: "p" })).toMatchObject(
            env,
        );
        expect(JSON.stringify(ofLab(file, { PULUMI_CONFIG_PASSPHRASE: "secret" }))).not.toContain("secret");
    });
});

describe("no service is made", () => {
    it("where the passphrase is in this environment only", () => {
        expect(() => ofLab(undefined, { PULUMI_CONFIG_PASSPHRASE: "" })).toThrow(
            "the passphrase is in PULUMI_CONFIG_PASSPHRASE, which a service at boot has not: " +
                "write it to a file that only root can read, and name that with --passphrase-file",
        );
    });

    it.each(["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "PGPASSWORD"])("where %s is needed", (name) => {
        const external = () => serviceEnvironment("dev", { core: "external" }, undefined, { [name]: "s" });
        expect(external).toThrow(`${name} of this environment: a service at boot has no such variables`);
        expect(ofLab(undefined, { [name]: "s" })).not.toHaveProperty(name);
    });

    it.each<[string, () => string, string | RegExp]>([
        ["is named by a relative path", () => "passphrase", "passphrase file passphrase: allowed is an absolute path"],
        ["is not there", () => `${file}.lost`, /passphrase file \S+\.lost: there is no such file/],
        ["is a directory", () => dir, "there is no such file"],
        ["is in the checkout", () => path.join(projectDir, "package.json"), "it is in the checkout, put it elsewhere"],
        ["is empty", () => (fs.writeFileSync(file, " \n"), file), "it is empty"],
        [
            "others can read",
            () => (fs.chmodSync(file, 0o640), file),
            /belongs to user id 0 with mode 0640, make it root's/,
        ],
        ["is somebody else's", () => ((mockOwner.uid = 1000), file), "belongs to user id 1000 with mode 0600"],
    ])("with a passphrase file that %s", (_, given, reason) => {
        expect(() => ofLab(given(), {})).toThrow(reason);
    });
});
