import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { withDatabase } from "../../../clients/postgres/connection";
import { VaultClient } from "../../../clients/vault/client";
import { waitFor } from "../../../process/wait";
import { addSubscribers, ha1, listSubscribers } from "../../../subscribers/subscribers";
import type { Identity } from "../../../services/identities";
import { CoreWorkspace } from "./core-workspace";
import { startOpenbao, startPostgres, type TestOpenbao, type TestPostgres } from "./servers";

interface Outputs {
    ca: string;
    roleIds: Record<Identity, string>;
    cdrStorage: { license: string; retention: string };
    passwords: Record<string, string>;
}

let postgres: TestPostgres;
let bao: TestOpenbao;
let workspace: CoreWorkspace;

beforeAll(async () => {
    [postgres, bao] = await Promise.all([startPostgres(), startOpenbao()]);
    workspace = new CoreWorkspace(postgres, bao);
    const { status, errors } = await workspace.run("up");
    expect(errors).toEqual([]);
    expect(status).toBe(0);
});

afterAll(async () => {
    workspace?.remove();
    await Promise.all([postgres?.stop(), bao?.stop()]);
});

const sql = async (text: string, database = "postgres") =>
    (await withDatabase(postgres.login, database, (client) => client.query<Record<string, unknown>>(text))).rows;

const as = (user: string, password: string, database: string, text = "SELECT 1") =>
    withDatabase({ ...postgres.login, user, password }, database, (client) => client.query(text));

const credentials = async (path: string) => {
    const answer = await bao.root.request("GET", `database/${path}`);
    return answer!.data as { username: string; password: string; ttl: number };
};

/** Logs in as a tier does, with a secret-id for one login. */
async function login(identity: Identity): Promise<VaultClient> {
    const { roleIds } = await workspace.outputs<Outputs>();
    const role = identity === "core" ? "core-role" : `${identity}-vm-role`;
    const made = await bao.root.request("POST", `auth/approle/role/${role}/secret-id`);
    const credential = { role_id: roleIds[identity], secret_id: made!.data!.secret_id };
    const answer = await bao.root.request("POST", "auth/approle/login", credential);
    await expect(bao.root.request("POST", "auth/approle/login", credential)).rejects.toThrow(/invalid/);
    const ca = fs.readFileSync(bao.caFile, "utf8");
    return new VaultClient({ address: bao.address, token: answer!.auth!.client_token, ca });
}

describe("the bootstrap", () => {
    it("changes nothing when it is repeated, and finds no drift", async () => {
        expect((await workspace.run("refresh")).status).toBe(0);
        const { status, changes } = await workspace.run("up");
        expect(status).toBe(0);
        expect(Object.keys(changes)).toEqual(["same"]);
    });

    it("restores what was changed by hand", async () => {
        await bao.root.request("DELETE", "pki_int/roles/kamailio-role");
        await bao.root.request("POST", "sys/policies/acl/media-vm-policy", {
            policy: 'path "secret/*" { capabilities = ["read"] }',
        });
        await sql("GRANT CONNECT ON DATABASE kamailio TO PUBLIC");
        expect((await workspace.run("refresh")).status).toBe(0);
        const { changes, errors } = await workspace.run("up");
        expect(errors).toEqual([]);
        expect(changes).toMatchObject({ create: 1, update: 2 });
        const media = await login("media");
        await expect(media.request("GET", "secret/data/kamailio")).rejects.toThrow(/permission denied/);
    });

    it("refuses servers where somebody else has mounts, databases or users of these names, before it makes anything there", async () => {
        const other = await startOpenbao();
        const stranger = new CoreWorkspace(postgres, other);
        try {
            await other.root.request("POST", "sys/mounts/pki_int", { type: "pki", description: "the company's" });
            await other.root.request("POST", "sys/auth/approle", { type: "approle" });
            const { status, errors } = await stranger.run("up", { exclusive: false });
            expect(status).not.toBe(0);
            expect(errors.join("\n")).toMatch(
                /has mount pki_int\/, auth method approle\/ already, which this stack did not make/,
            );
            expect(errors.join("\n")).toMatch(
                /has database asterisk, .*role vault_admin already, which this stack did not make/,
            );
            const mounts = Object.keys((await other.root.request("GET", "sys/mounts"))!.data!);
            expect(mounts).not.toContain("secret/");
            expect(mounts).not.toContain("database/");
            expect(await other.root.list("sys/policies/acl")).not.toContain("sip-vm-policy");
        } finally {
            stranger.remove();
            await other.stop();
        }
    });
});

describe("databases", () => {
    it("each belong to their own user only", async () => {
        const owners = { kamailio: "kamailio", opensips: "opensips", homer: "homer", cdr: "cdr_writer" };
        for (const [own, role] of Object.entries(owners)) {
            const { username, password } = await credentials(`static-creds/${role}`);
            await as(username, password, own);
            const all = await sql("SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0'");
            for (const other of all.map((row) => row.datname as string).filter((name) => name !== own)) {
                await expect(as(username, password, other)).rejects.toThrow(/permission denied for database/);
            }
        }
        for (const own of ["asterisk", "freeswitch"]) {
            const { username, password } = await credentials(`creds/${own}`);
            const made = as(username, password, own, "CREATE TABLE made_by_a_lease (n int)");
            await expect(made).rejects.toThrow(/permission denied for schema public/);
            expect((await as(username, password, own, "SELECT current_user")).rows).toEqual([{ current_user: own }]);
            await expect(as(username, password, "kamailio")).rejects.toThrow(/permission denied for database/);
        }
    });

    it("have no superuser among their users, nor as their administrator", async () => {
        expect(
            await sql("SELECT rolname FROM pg_roles WHERE rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb"),
        ).toEqual([{ rolname: "postgres" }]);
        expect(await sql("SELECT rolname FROM pg_roles WHERE rolcreaterole AND NOT rolsuper")).toEqual([
            { rolname: "vault_admin" },
        ]);
        const [row] = await sql("SELECT pg_has_role('vault_admin', 'kamailio', 'USAGE') AS may");
        expect(row).toEqual({ may: false });
    });

    it("keep no password of an extension, but its HA1", async () => {
        const { passwords } = await workspace.outputs<Outputs>();
        expect(await sql("SELECT username, ha1 FROM subscriber ORDER BY username", "kamailio")).toEqual(
            ["1001", "1002"].map((username) => ({ username, ha1: ha1(username, "sip.local", passwords[username]) })),
        );
        const rows = JSON.stringify([
            await sql("SELECT * FROM subscriber", "kamailio"),
            await sql("SELECT * FROM ps_endpoints", "asterisk"),
            await sql("SELECT * FROM voicemail", "asterisk"),
        ]);
        for (const password of Object.values(passwords)) expect(rows).not.toContain(password);
    });

    it("keep extensions added by hand, and get configured ones back", async () => {
        const byHand = { extension: "1777", ha1: ha1("1777", "sip.local", "x"), voicemailPin: "4711" };
        await addSubscribers(postgres.login, "sip.local", [byHand]);
        await sql("DELETE FROM subscriber WHERE username = '1001'", "kamailio");
        await sql("DELETE FROM ps_endpoints WHERE id = '1002'", "asterisk");
        expect((await workspace.run("refresh")).status).toBe(0);
        expect((await workspace.run("up")).changes).toMatchObject({ update: 1 });
        const there = async () =>
            (await listSubscribers(postgres.login, "sip.local")).map((subscriber) => subscriber.extension);
        expect(await there()).toEqual(["1001", "1002", "1777"]);
        await workspace.run("up", { extensions: ["1001"] });
        expect(await there()).toEqual(["1001", "1777"]);
        await workspace.run("up");
    });

    it("get a migration that is missing, and keep what is in them", async () => {
        await sql("INSERT INTO recording_config (extension) VALUES ('1001')", "cdr");
        await sql("INSERT INTO cdr (time, call_id) VALUES (now(), 'a')", "cdr");
        await sql("DROP TABLE ps_aors, ps_endpoints, voicemail; DELETE FROM pgmigrations", "asterisk");
        expect((await workspace.run("refresh")).status).toBe(0);
        const { errors } = await workspace.run("up");
        expect(errors).toEqual([]);
        expect(await sql("SELECT count(*)::int FROM ps_endpoints", "asterisk")).toEqual([{ count: 2 }]);
        expect(await sql("SELECT count(*)::int FROM recording_config", "cdr")).toEqual([{ count: 1 }]);
    });

    it("report what drops old CDRs", async () => {
        const { cdrStorage } = await workspace.outputs<Outputs>();
        const policies = await sql(
            "SELECT count(*)::int FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'",
            "cdr",
        );
        const expected = cdrStorage.license === "timescale" ? "policy" : "scheduled";
        expect(cdrStorage.retention).toBe(expected);
        expect(policies).toEqual([{ count: expected === "policy" ? 1 : 0 }]);
        expect(await sql("SELECT hypertable_name FROM timescaledb_information.hypertables", "cdr")).toEqual([
            { hypertable_name: "cdr" },
        ]);
    });
});

describe("credentials", () => {
    it("of a proxy change by command, and the old password is refused", async () => {
        const before = await credentials("static-creds/kamailio");
        await bao.root.request("POST", "database/rotate-role/kamailio");
        const after = await credentials("static-creds/kamailio");
        expect(after.password).not.toBe(before.password);
        await as("kamailio", after.password, "kamailio");
        await expect(as("kamailio", before.password, "kamailio")).rejects.toThrow(/password authentication failed/);
    });

    it("of a PBX end with their lease; an open session continues", async () => {
        const lease = await bao.root.request("GET", "database/creds/asterisk");
        const { username, password } = lease!.data as { username: string; password: string };
        await withDatabase({ ...postgres.login, user: username, password }, "asterisk", async (session) => {
            await bao.root.request("POST", "sys/leases/revoke", { lease_id: lease!.lease_id, sync: true });
            await expect(as(username, password, "asterisk")).rejects.toThrow(/password authentication failed/);
            expect((await session.query("SELECT id FROM ps_endpoints LIMIT 1")).rowCount).toBe(1);
        });
        expect(await sql(`SELECT FROM pg_roles WHERE rolname = '${username}'`)).toEqual([]);
    });

    it("change automatically when they expire", async () => {
        expect((await workspace.run("up", { databaseSeconds: 6 })).errors).toEqual([]);
        const before = await credentials("static-creds/opensips");
        const lease = await credentials("creds/freeswitch");
        const after = await waitFor(
            "another password of opensips",
            async () => {
                const now = await credentials("static-creds/opensips");
                return now.password === before.password ? undefined : now;
            },
            { deadlineMs: 60_000 },
        );
        await as("opensips", after.password, "opensips");
        await expect(as("opensips", before.password, "opensips")).rejects.toThrow(/password authentication failed/);
        await waitFor(
            "the end of a lease's user",
            async () =>
                (await sql(`SELECT FROM pg_roles WHERE rolname = '${lease.username}'`)).length === 0 || undefined,
            { deadlineMs: 60_000 },
        );
        await workspace.run("up");
    });
});

describe("policies", () => {
    const own = {
        sip: ["secret/data/kamailio", "secret/data/postgres"],
        pbx: ["secret/data/postgres"],
        media: ["secret/data/rtpengine"],
        core: [],
    };
    const logins = {
        sip: ["database/static-creds/kamailio", "database/static-creds/opensips"],
        pbx: ["database/creds/asterisk", "database/creds/freeswitch"],
        media: [],
        core: [],
    };
    const certificates = {
        sip: { "kamailio-role": "sip.local", "opensips-role": "sip.local" },
        pbx: { "asterisk-role": "pbx.local", "freeswitch-role": "pbx.local" },
        media: {},
        core: { "core-role": "postgres" },
    };
    /** The addresses in their certificates (tests/conformance/programs/core/index.ts). */
    const hosts = { sip: "192.0.2.10,127.0.0.10", pbx: "127.0.0.30", media: "", core: "127.0.0.1" };
    const everybody: Identity[] = ["sip", "pbx", "media", "core"];
    const secrets = [...new Set([...Object.values(own).flat(), "secret/data/extensions/1001"])];

    it.each(everybody)("let %s read its own secrets and credentials, and nothing else", async (identity) => {
        const client = await login(identity);
        const mine: string[] = [...own[identity], ...logins[identity], "secret/data/ca"];
        for (const path of mine) expect(await client.request("GET", path)).toBeDefined();
        const all = [...secrets, ...Object.values(logins).flat(), "database/static-creds/cdr_writer"];
        for (const path of all.filter((name) => !mine.includes(name))) {
            await expect(client.request("GET", path)).rejects.toThrow(/permission denied/);
        }
    });

    it.each(everybody)("let %s list nothing, and see nobody's policies or identities", async (identity) => {
        const client = await login(identity);
        const lists = [
            "secret/metadata",
            "secret/metadata/extensions",
            "database/roles",
            "pki_int/certs",
            "sys/policies/acl",
        ];
        for (const path of [
            ...lists,
            "auth/approle/role",
            "auth/token/accessors",
            "sys/leases/lookup/database/creds",
        ]) {
            await expect(client.list(path)).rejects.toThrow(/permission denied/);
        }
        for (const other of everybody.filter((name) => name !== identity)) {
            const role = other === "core" ? "core-role" : `${other}-vm-role`;
            const parameters = { cidr_list: "127.0.0.1/32", token_bound_cidrs: "127.0.0.1/32" };
            const refused = client.request("POST", `auth/approle/role/${role}/secret-id`, parameters);
            await expect(refused).rejects.toThrow(/permission denied/);
        }
        await expect(client.request("GET", "sys/mounts")).rejects.toThrow(/permission denied/);
        await expect(client.request("POST", "auth/token/create", {})).rejects.toThrow(/permission denied/);
    });

    it.each(everybody)("let %s get only its own certificates, with its own names only", async (identity) => {
        const client = await login(identity);
        const { ca } = await workspace.outputs<Outputs>();
        const authorities = ca.match(/-----BEGIN[^]*?END CERTIFICATE-----/g)!.map((pem) => new X509Certificate(pem));
        const mine: Record<string, string> = certificates[identity];
        for (const [role, name] of Object.entries(mine)) {
            const request = { common_name: name, ip_sans: hosts[identity], ttl: "7200s" };
            const issued = await client.request("POST", `pki_int/issue/${role}`, request);
            const certificate = new X509Certificate(issued!.data!.certificate as string);
            const issuer = authorities.find((authority) => certificate.checkIssued(authority))!;
            expect(certificate.verify(issuer.publicKey)).toBe(true);
            expect(issuer.verify(authorities[0].publicKey)).toBe(true);
            const seconds = (Date.parse(certificate.validTo) - Date.now()) / 1000;
            expect(seconds).toBeLessThanOrEqual(7200);
            for (const stranger of ["example.org", `other.${name}`, `*.${name}`]) {
                const refused = client.request("POST", `pki_int/issue/${role}`, { ...request, common_name: stranger });
                await expect(refused).rejects.toThrow(/permission denied/);
            }
        }
        const others = Object.assign({}, ...Object.values(certificates)) as Record<string, string>;
        for (const [role, name] of Object.entries(others).filter(([role]) => !(role in mine))) {
            const refused = client.request("POST", `pki_int/issue/${role}`, { common_name: name });
            await expect(refused).rejects.toThrow(/permission denied/);
        }
    });

    it("let a VM fetch its next secret-id, for its own address only", async () => {
        const client = await login("sip");
        const path = "auth/approle/role/sip-vm-role/secret-id";
        const here = { cidr_list: "127.0.0.1/32", token_bound_cidrs: "127.0.0.1/32", metadata: '{"vm":"sip-1"}' };
        const made = await client.request("POST", path, here);
        expect(made?.data).toMatchObject({ secret_id_num_uses: 1, secret_id_ttl: 72 * 3600 });
        for (const wrong of [
            {},
            { ...here, cidr_list: "192.0.2.1/32" },
            { ...here, token_bound_cidrs: undefined },
            { ...here, num_uses: 0 },
            { ...here, ttl: "1000h" },
        ]) {
            await expect(client.request("POST", path, wrong)).rejects.toThrow(/permission denied/);
        }
    });

    it("end a token for good after 48 hours, however often it is renewed", async () => {
        const client = await login("sip");
        const lookup = await client.request("GET", "auth/token/lookup-self");
        expect(lookup?.data).toMatchObject({ creation_ttl: 24 * 3600, policies: ["sip-vm-policy"], num_uses: 0 });
        const role = await bao.root.request("GET", "auth/approle/role/sip-vm-role");
        expect(role?.data).toMatchObject({ token_ttl: 24 * 3600, token_max_ttl: 48 * 3600, token_period: 0 });
        const renewed = await client.request("POST", "auth/token/renew-self", { increment: 1000 * 3600 });
        expect(renewed!.auth!.lease_duration).toBeLessThanOrEqual(48 * 3600);
    });
});

describe("the CA", () => {
    it("rolls over: a new root and intermediate sign, and the old ones stay trusted", async () => {
        const { ca: before } = await workspace.outputs<Outputs>();
        expect((await workspace.run("up", { caGeneration: 2 })).errors).toEqual([]);
        const { ca: after } = await workspace.outputs<Outputs>();
        const blocks = (pem: string) => pem.match(/-----BEGIN[^]*?END CERTIFICATE-----/g)!;
        expect(blocks(after)).toHaveLength(4);
        for (const pem of blocks(before)) expect(after).toContain(pem);
        const client = await login("sip");
        const request = { common_name: "sip.local", ip_sans: "192.0.2.10,127.0.0.10", ttl: "7200s" };
        const issued = await client.request("POST", "pki_int/issue/kamailio-role", request);
        const certificate = new X509Certificate(issued!.data!.certificate as string);
        const issuer = blocks(after).find((pem) => certificate.checkIssued(new X509Certificate(pem)))!;
        expect(before).not.toContain(issuer);
        const bundle = await client.request("GET", "secret/data/ca");
        expect(bundle!.data!.data).toEqual({ certificates: after });
        expect((await workspace.run("up", { caGeneration: 3 })).errors).toEqual([]);
        const { ca: third } = await workspace.outputs<Outputs>();
        expect(blocks(third)).toHaveLength(4);
        for (const pem of blocks(before)) expect(third).not.toContain(pem);
    });
});

describe("destroy", () => {
    it("leaves nothing behind, and can be followed by up", async () => {
        const { status, errors } = await workspace.run("destroy", { caGeneration: 3 });
        expect(errors).toEqual([]);
        expect(status).toBe(0);
        const mounts = Object.keys((await bao.root.request("GET", "sys/mounts"))!.data!).sort();
        expect(mounts).toEqual(["cubbyhole/", "identity/", "sys/"]);
        expect(Object.keys((await bao.root.request("GET", "sys/auth"))!.data!)).toEqual(["token/"]);
        expect((await bao.root.list("sys/policies/acl")).sort()).toEqual(["default", "root"]);
        expect(await sql("SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'")).toEqual([
            { rolname: "postgres" },
        ]);
        expect(await sql("SELECT datname FROM pg_database ORDER BY datname")).toEqual(
            ["postgres", "template0", "template1"].map((datname) => ({ datname })),
        );
        expect((await workspace.run("up")).errors).toEqual([]);
    });
});
