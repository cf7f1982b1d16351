import type * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { rotateCoreCertificates, rotateCoreIdentity } from "../../../cli/rotation/core";
import type { RotationJob } from "../../../cli/rotation/job";
import type { VaultClient } from "../../../clients/vault/client";
import * as identity from "../../../providers/core-identity/identity";

jest.mock("../../../providers/core-identity/identity");
// of a certificate, its serial number is all that is read
jest.mock("node:crypto", () => ({
    ...jest.requireActual<typeof crypto>("node:crypto"),
    X509Certificate: class {
        readonly serialNumber: string;
        constructor(content: Buffer) {
            this.serialNumber = content.toString();
        }
    },
}));

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-core-"));
afterAll(() => fs.rmSync(dir, { recursive: true }));
const certificates = ["openbao", "postgres"].map((server) => path.join(dir, server, "tls", "server.pem"));
const show = (...serials: string[]): void =>
    certificates.forEach((file, index) => {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, serials[index]);
    });

const core = {
    caFile: "/ca",
    address: "192.168.64.1",
    runDir: "/run",
    dockerHost: "unix:///d",
    container: "core-agent",
    certificates,
};
const job = (more: Partial<RotationJob> = {}): RotationJob => ({
    vault: { address: "https://192.168.64.1:8200", token: "t", ca: "CA" },
    core,
    sshConfig: "/ssh",
    vms: [],
    accounts: [],
    kinds: ["certs"],
    ...more,
});
const definition = { ...core, role: "core-role", roleId: "r", vaultAddress: "https://192.168.64.1:8200", token: "t" };

let asked: unknown[];
let secretIds: string[];
let roleId: string | undefined;
const vault = {
    request: async (...request: unknown[]) => {
        asked.push(request);
        return { data: { role_id: roleId } };
    },
    list: async (at: string) => {
        expect(at).toBe("auth/approle/role/core-role/secret-id");
        return [...secretIds];
    },
} as unknown as VaultClient;

beforeEach(() => {
    jest.clearAllMocks();
    [asked, secretIds, roleId] = [[], ["old"], "r"];
    show("0A1B", "0C2D");
    jest.mocked(identity.renderAnew).mockImplementation(async () => show("1111", "2222"));
    jest.mocked(identity.logIn).mockImplementation(async () => {
        secretIds.push("new");
        return undefined;
    });
});
const readRole = ["GET", "auth/approle/role/core-role/role-id"];

test("new certificates of the core services: the old ones are revoked once the new ones are in use", async () => {
    const { rotated, failures } = await rotateCoreCertificates(vault, job());
    expect(failures).toEqual([]);
    expect(rotated).toMatchObject([
        { name: "core/openbao-cert", from: "0A1B", to: "1111" },
        { name: "core/postgres-cert", from: "0C2D", to: "2222" },
    ]);
    expect(identity.renderAnew).toHaveBeenCalledWith(definition, "certs");
    expect(asked).toEqual([
        readRole,
        ["POST", "pki_int/revoke", { serial_number: "0a:1b" }],
        ["POST", "pki_int/revoke", { serial_number: "0c:2d" }],
    ]);
});

test("a new identity of their agent: the secret-id before is destroyed, the new one is not", async () => {
    const { rotated } = await rotateCoreIdentity(vault, job());
    expect(rotated).toMatchObject([{ name: "core/approle", from: "old", to: "new" }]);
    expect(identity.logIn).toHaveBeenCalledWith(definition);
    expect(asked).toEqual([
        readRole,
        ["POST", "auth/approle/role/core-role/secret-id-accessor/destroy", { secret_id_accessor: "old" }],
    ]);
});

test("a first identity comes after none", async () => {
    secretIds = [];
    expect((await rotateCoreIdentity(vault, job())).rotated).toMatchObject([{ from: "none", to: "new" }]);
    expect(asked).toEqual([readRole]);
});

test.each([
    ["core services of others", { core: undefined }],
    ["a rotation of one VM", { vm: "sip-1" }],
])("nothing changes: %s", async (_what, more) => {
    expect(await rotateCoreCertificates(vault, job(more))).toEqual({ rotated: [], failures: [] });
    expect(await rotateCoreIdentity(vault, job(more))).toEqual({ rotated: [], failures: [] });
    expect(asked).toEqual([]);
});

test("a failure is reported, and does not end the rotation", async () => {
    roleId = undefined;
    const outcomes = [await rotateCoreCertificates(vault, job()), await rotateCoreIdentity(vault, job())];
    expect(outcomes.flatMap(({ failures }) => failures)).toEqual([
        "certificates of the core services: there is no AppRole core-role",
        "identity of the core services: there is no AppRole core-role",
    ]);
});
