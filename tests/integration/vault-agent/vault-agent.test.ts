import * as fs from "node:fs";
import * as path from "node:path";
import { withDatabase } from "../../../clients/postgres/connection";
import { agentConfig, type VaultAgentView } from "../../../services/vault-agent/files";
import { certificateTemplate, type AgentTemplate } from "../../../services/vault-agent/templates";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { agentState, logIn, restart, type VaultIdentityDefinition } from "../../../providers/vault-identity/identity";
import { startOpenbao, startPostgres, type TestOpenbao, type TestPostgres } from "../core/servers";
import { AgentGuest, type AgentStatus } from "./guest";
import { Gate, prepareVault, writePolicies } from "./vault";

jest.setTimeout(300_000);

const address = "127.0.0.1";
const reloads = "/root/reloads";

/** Seconds that a certificate is good for before it is issued, so that clocks may differ (`not_before_duration`). */
const backdated = 30;

/** A file with user and password of a credential, for a user that only the guest knows. */
const credential = (name: string, secret: string): AgentTemplate => ({
    name,
    kind: "credential",
    secret,
    files: [
        {
            path: `/etc/app/${name}`,
            mode: "0640",
            owner: "101:102",
            contents: "{{ .Data.username }} {{ .Data.password }}\n",
        },
    ],
    reload: `while [ -e /root/stuck ]; do sleep 0.1; done; echo ${name} >>${reloads}; [ ! -e /root/broken ] || { echo it does not answer >&2; exit 1; }`,
});

/** Seconds that a certificate lives, and those of one whose renewal is waited for. */
const [longSeconds, shortSeconds] = [86_400, 30];

const certificate = (ttlSeconds: number): AgentTemplate =>
    certificateTemplate({
        name: "kamailio-cert",
        role: "kamailio-role",
        commonName: "sip.local",
        ipSans: [address],
        ttlSeconds,
        dir: "/etc/app/tls",
        owner: "root:root",
        reload: `echo kamailio-cert >>${reloads}`,
    });

const templates = [
    credential("kamailio-db", "database/static-creds/kamailio"),
    credential("asterisk-db", "database/creds/asterisk"),
    certificate(longSeconds),
    {
        name: "kamailio",
        kind: "static" as const,
        secret: "secret/data/kamailio",
        files: [{ path: "/etc/app/key", mode: "0600", owner: "root:root", contents: "{{ .Data.data.api_key }}" }],
        reload: "true",
    },
];

let openbao: TestOpenbao;
let postgres: TestPostgres;
let gate: Gate;
let view: VaultAgentView;
let guest: AgentGuest;
let identity: VaultIdentityDefinition;

const login = (name: string) => guest.read(`/etc/app/${name}`).then((text) => text.trim().split(" "));
const query = (user: string, password: string) =>
    withDatabase({ ...postgres.login, user, password }, "postgres", (client) => client.query("SELECT 1"));
const roles = () =>
    withDatabase(postgres.login, "postgres", async (client) => {
        const { rows } = await client.query<{ rolname: string }>("SELECT rolname FROM pg_roles");
        return rows.map(({ rolname }) => rolname);
    });
const reloaded = async () => (await guest.read(reloads)).trim().split("\n").filter(Boolean);
const serial = async () => (await guest.status()).certificates[0].serial;
const secretIds = () => openbao.root.list("auth/approle/role/sip-vm-role/secret-id");
const token = async () => (await guest.read("/run/voip-agent/token")).trim();
const isGood = async (known: string) =>
    openbao.root.request("POST", "auth/token/lookup", { token: known }).then(
        () => true,
        () => false,
    );

/**
 * Stands in for ssh, where it meets the VM: runs the command in the guest, where root needs no sudo. With THIEF set, the
 * wrapping token is used before it gets there.
 */
function standInForSsh(): void {
    const bin = path.join(guest.scratch, "bin");
    fs.mkdirSync(bin);
    const script = `#!/bin/bash
command=\${!#}
input=$(cat)
[ -z "$THIEF" ] || curl --silent --cacert ${openbao.caFile} --request POST --header "X-Vault-Token: \${input%%$'\\n'*}" \\
    ${openbao.address}/v1/sys/wrapping/unwrap >"$THIEF"
exec ${guest.enter.join(" ")} sh -c "\${command#sudo }" <<<"$input"
`;
    fs.writeFileSync(path.join(bin, "ssh"), script, { mode: 0o755 });
    process.env.PATH = `${bin}:${process.env.PATH}`;
}

beforeAll(async () => {
    [openbao, postgres] = await Promise.all([startOpenbao(), startPostgres()]);
    await withDatabase(postgres.login, "postgres", (client) => client.query("CREATE ROLE kamailio LOGIN"));
    const roleId = await prepareVault(openbao.root, postgres.login, longSeconds);
    gate = await Gate.to(Number(new URL(openbao.address).port));
    const vaultAddress = `https://${address}:${gate.port}`;
    const ca = fs.readFileSync(openbao.caFile, "utf8");
    view = { vm: "sip-1", address, role: "sip-vm-role", vaultAddress, templates };
    guest = await AgentGuest.start({ ...view, metricsPort: 9100, ca });
    standInForSsh();
    const target = { sshConfig: "/none", host: "sip-1" };
    identity = { ...target, address, role: "sip-vm-role", roleId, vaultAddress: openbao.address, ca, token: "root" };
});

afterAll(async () => {
    await guest?.stop();
    gate?.close();
    await Promise.all([openbao?.stop(), postgres?.stop()]);
});

test("without an identity it reports that", async () => {
    expect(await agentState(identity)).toEqual({ state: "unauthenticated", detail: "it has no identity yet" });
});

test("an intercepted secret-id is an error, is useless, and is shown in the status", async () => {
    process.env.THIEF = path.join(guest.scratch, "stolen");
    await expect(logIn(identity)).rejects.toThrow(
        /^sip-1: the wrapped secret-id .* somebody else has unwrapped it before/,
    );
    const loot = JSON.parse(fs.readFileSync(process.env.THIEF, "utf8")) as { data: { secret_id: string } };
    delete process.env.THIEF;
    const credentials = { role_id: identity.roleId, secret_id: loot.data.secret_id };
    await expect(openbao.root.request("POST", "auth/approle/login", credentials)).rejects.toThrow(
        "invalid role or secret",
    );
    expect(await secretIds()).toEqual([]);
    const { agent, failures } = await guest.status();
    expect(agent.state).toBe("unauthenticated");
    expect(failures).toContainEqual(expect.objectContaining({ name: "login" }));
});

test("a wrapped value other than a secret-id of its AppRole is refused", async () => {
    const answer = await openbao.root.request("POST", "auth/token/create", { policies: [] }, { wrapTtl: 60 });
    const { status, stderr } = await guest.sh("/usr/local/sbin/voip-agent login", answer?.wrap_info?.token);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("forgery") as string });
});

test("it logs in, and is ready when all files are in place, with their modes and owners, and read by the services", async () => {
    const accessor = await logIn(identity);
    expect(accessor).toMatch(/^[0-9a-f-]{36}$/);
    const { agent, secrets, certificates, failures } = await guest.status();
    expect(agent).toMatchObject({ state: "ok", detail: "" });
    expect(failures).toEqual([]);
    expect(secrets.map(({ name }) => name)).toEqual(["kamailio-db", "asterisk-db", "kamailio"]);
    expect(certificates).toEqual([
        expect.objectContaining({ name: "kamailio-cert", ttlSeconds: longSeconds + backdated }),
    ]);
    const { stdout } = await guest.sh("cd /etc/app && stat -c '%a %u:%g %n' *-db key tls/*");
    expect(stdout.trim().split("\n")).toEqual([
        "640 101:102 asterisk-db",
        "640 101:102 kamailio-db",
        "600 0:0 key",
        "644 0:0 tls/ca.pem",
        "644 0:0 tls/cert.pem",
        "640 0:0 tls/key.pem",
    ]);
    expect((await reloaded()).sort()).toEqual(["asterisk-db", "kamailio-cert", "kamailio-db"]);
    for (const name of ["kamailio-db", "asterisk-db"]) await query(...((await login(name)) as [string, string]));
    const chain = "cd /etc/app/tls && openssl verify -CAfile ca.pem -untrusted cert.pem cert.pem";
    expect((await guest.sh(chain)).stdout).toBe("cert.pem: OK\n");
});

test("a secret-id is good for one login: the one used is gone, the agent holds two others, bound to its address", async () => {
    const [first, spare] = await Promise.all(
        ["secret-id", "secret-id.spare"].map((file) => guest.read(`/var/lib/voip-agent/${file}`)),
    );
    expect(await secretIds()).toHaveLength(2);
    expect(first).not.toBe(spare);
    const { stdout } = await guest.sh("stat -c %a /var/lib/voip-agent/secret-id* /run/voip-agent/token");
    expect(stdout).toBe("600\n600\n600\n");
    const credentials = { role_id: identity.roleId, secret_id: spare.trim() };
    const lookup = await openbao.root.request("POST", "auth/approle/role/sip-vm-role/secret-id/lookup", {
        secret_id: spare.trim(),
    });
    expect(lookup?.data).toMatchObject({ cidr_list: ["127.0.0.1/32"], token_bound_cidrs: ["127.0.0.1/32"] });
    await openbao.root.request("POST", "auth/approle/login", credentials);
    await expect(openbao.root.request("POST", "auth/approle/login", credentials)).rejects.toThrow(
        "invalid role or secret",
    );
});

test("a rotated password is in place at once on request, and its service has read it; nothing else has changed", async () => {
    const [user, old] = await login("kamailio-db");
    const before = await reloaded();
    await openbao.root.request("POST", "database/rotate-role/kamailio");
    const { status, stdout } = await guest.sh("/usr/local/sbin/voip-agent render db");
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
        status: 0,
        rendered: [
            { name: "kamailio-db", reloaded: true },
            { name: "asterisk-db", reloaded: true },
        ],
    });
    const [, now] = await login("kamailio-db");
    await query(user, now);
    await expect(query(user, old)).rejects.toThrow("password authentication failed");
    expect((await reloaded()).slice(before.length).sort()).toEqual(["asterisk-db", "kamailio-db"]);
});

test("a new certificate is issued on request, even if the old one is valid for long", async () => {
    const before = await serial();
    const { status, stdout } = await guest.sh("/usr/local/sbin/voip-agent render certs");
    const after = await serial();
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
        status: 0,
        rendered: [{ name: "kamailio-cert", from: before, to: after }],
    });
    expect(after).not.toBe(before);
    const match = "cd /etc/app/tls; openssl x509 -in cert.pem -noout -pubkey | cmp - key.pub";
    expect(
        (await guest.sh(`openssl pkey -in /etc/app/tls/key.pem -pubout >/etc/app/tls/key.pub; ${match}`)).status,
    ).toBe(0);
});

test("a new version of a key-value secret is in place on request", async () => {
    const before = await reloaded();
    await openbao.root.request("POST", "secret/data/kamailio", { data: { api_key: "another" } });
    const { status, stdout } = await guest.sh("/usr/local/sbin/voip-agent render kv");
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
        status: 0,
        rendered: [{ name: "kamailio", kind: "static", from: "1", to: "2", reloaded: true }],
    });
    expect(await guest.read("/etc/app/key")).toBe("another\n");
    expect(await reloaded()).toEqual(before); // nothing else was made anew
});

test("after a restart it logs in again, keeps what is valid, and revokes its former token and leases", async () => {
    const before = { token: await token(), serial: await serial(), user: (await login("asterisk-db"))[0] };
    await restart(identity);
    await waitFor("the end of the old token", async () => ((await isGood(before.token)) ? undefined : true), {
        deadlineMs: 60_000,
    });
    expect(await serial()).toBe(before.serial);
    expect((await login("asterisk-db"))[0]).not.toBe(before.user);
    // OpenBao revokes a token's leases after it has answered
    await waitFor("the end of its user", async () => ((await roles()).includes(before.user) ? undefined : true), {
        deadlineMs: 30_000,
    });
    await query(...((await login("asterisk-db")) as [string, string]));
});

const kill = "pkill -KILL -f '^/usr/local/sbin/voip-agent run'";

test("it recovers when it is killed, and ends the token that it had", async () => {
    const before = await token();
    await guest.sh(kill);
    await waitFor("another token", async () => ((await token()) === before ? undefined : true), { deadlineMs: 60_000 });
    await guest.until("an agent that is logged in", ({ agent }) => agent.state === "ok");
    await waitFor("the end of the old token", async () => ((await isGood(before)) ? undefined : true), {
        deadlineMs: 30_000,
    });
});

test("killed after a new password is in place and before its service knows, it tells the service at its next start", async () => {
    const [, old] = await login("kamailio-db");
    await guest.sh("touch /root/stuck");
    await openbao.root.request("POST", "database/rotate-role/kamailio");
    const rendering = guest.sh("/usr/local/sbin/voip-agent render db");
    await waitFor(
        "the new password in place",
        async () => ((await login("kamailio-db"))[1] === old ? undefined : true),
        {
            deadlineMs: 60_000,
        },
    );
    const known = (await reloaded()).length;
    await guest.sh(`${kill}; pkill -KILL -f '^/bin/sh -c umask'; rm /root/stuck`);
    expect((await rendering).status).toBe(1);
    const told = async () => ((await reloaded()).slice(known).includes("kamailio-db") ? true : undefined);
    await waitFor("its service to know", told, { deadlineMs: 30_000 });
});

test("a password that Vault has changed is soon in place without a request", async () => {
    const [user, old] = await login("kamailio-db");
    await openbao.root.request("POST", "database/rotate-role/kamailio");
    const replaced = async () => ((await login("kamailio-db"))[1] === old ? undefined : true);
    await waitFor("the new password", replaced, { deadlineMs: 40_000, intervalMs: 500 });
    await query(user, (await login("kamailio-db"))[1]);
});

test("while it does not run, the status reports that, and what is in place", async () => {
    const file = "/usr/local/sbin/voip-agent";
    await guest.sh(`cp ${file} /tmp/agent; mv ${file} ${file}.away; ${kill}`);
    const { agent, certificates } = JSON.parse((await guest.sh("/tmp/agent status")).stdout) as AgentStatus;
    expect({ state: agent.state, certificates: certificates.length }).toEqual({ state: "stopped", certificates: 1 });
    await guest.sh(`mv ${file}.away ${file}`);
    await guest.until("an agent that is logged in", ({ agent: { state } }) => state === "ok");
});

test("a login that was interrupted before the next secret-id was saved is repeated with the spare", async () => {
    await guest.sh("echo used-up >/var/lib/voip-agent/secret-id");
    expect(await restart(identity)).toBeUndefined(); // else it took a new identity
    expect((await guest.status()).failures).toEqual([]);
});

test("without a valid secret-id it stops trying and reports that; the next up logs it in", async () => {
    await guest.sh(`cd /var/lib/voip-agent; echo used-up | tee secret-id >secret-id.spare; ${kill}`);
    const { failures } = await guest.until(
        "an agent that is refused",
        ({ agent }) => agent.state === "unauthenticated",
    );
    expect(failures).toEqual([expect.objectContaining({ name: "login" })]);
    expect(await restart(identity)).toMatch(/^[0-9a-f-]{36}$/);
    expect((await guest.status()).failures).toEqual([]);
});

test("a token that Vault no longer knows is replaced", async () => {
    const before = await token();
    await openbao.root.request("POST", "auth/token/revoke", { token: before });
    expect((await guest.sh("/usr/local/sbin/voip-agent render db")).status).toBe(0);
    expect(await token()).not.toBe(before);
});

test("a service that does not take its new secret is a failure, until it does", async () => {
    await guest.sh("touch /root/broken");
    const { status, stderr } = await guest.sh("/usr/local/sbin/voip-agent render db");
    expect(status).toBe(1);
    expect(stderr).toContain("not taken by its service: asterisk-db");
    const { failures } = await guest.until("the failure", (seen) => seen.failures.length > 0);
    expect(failures[0]).toMatchObject({
        name: "asterisk-db",
        detail: "its service did not take it: it does not answer",
    });
    await guest.sh("rm /root/broken");
    await guest.until("no failure", (seen) => seen.failures.length === 0);
});

test("a secret that is no longer in the configuration is not a failure either", async () => {
    const gone = { ...templates[3], name: "gone", secret: "secret/data/nobody" };
    await guest.sh("cat >/etc/voip-agent/agent.json", agentConfig({ ...view, templates: [...templates, gone] }));
    await guest.sh(kill);
    await guest.until("a failure", ({ failures }) => failures.some(({ name }) => name === "gone"));
    await guest.sh("cat >/etc/voip-agent/agent.json", agentConfig(view));
    await restart(identity);
    expect((await guest.status()).failures).toEqual([]);
});

describe("with lives of seconds", () => {
    beforeAll(async () => {
        await openbao.root.request("POST", "database/static-roles/kamailio", {
            db_name: "postgres",
            username: "kamailio",
            rotation_period: "15s",
        });
        await writePolicies(openbao.root, shortSeconds);
        const short = [...templates.filter(({ kind }) => kind !== "certificate"), certificate(shortSeconds)];
        await guest.sh("cat >/etc/voip-agent/agent.json", agentConfig({ ...view, templates: short }));
        await restart(identity);
    });

    test("a certificate of another request replaces one that is still valid", async () => {
        expect((await guest.status()).certificates[0].ttlSeconds).toBe(shortSeconds + backdated);
    });

    test("passwords and certificates change automatically before they expire", async () => {
        for (let round = 0; round < 3; round++) {
            const [, password] = await login("kamailio-db");
            const { certificates } = await guest.status();
            await waitFor(
                "another password",
                async () => ((await login("kamailio-db"))[1] === password ? undefined : true),
                { deadlineMs: 60_000, intervalMs: 500 },
            );
            const { failures } = await guest.until(
                "another certificate",
                (seen) => seen.certificates[0].serial !== certificates[0].serial,
            );
            expect(failures).toEqual([]);
        }
    });

    test("Vault away for longer than they live: the services keep their secrets, the status reports it, and all recovers", async () => {
        const before = await guest.read("/etc/app/tls/cert.pem");
        gate.shut();
        const names = ["kamailio-cert", "kamailio-db"];
        const { certificates } = await guest.until(
            "failures, and an expired certificate",
            ({ agent, failures, certificates: [{ expiresAt }] }) =>
                agent.state === "unreachable" &&
                names.every((name) => failures.some((failure) => failure.name === name)) &&
                new Date(expiresAt) < new Date(),
        );
        expect(await guest.read("/etc/app/tls/cert.pem")).toBe(before);
        gate.reopen();
        const after = await guest.until("an agent that is well", (seen) => {
            return seen.agent.state === "ok" && seen.failures.length === 0;
        });
        expect(after.certificates[0].serial).not.toBe(certificates[0].serial);
        // between a rotation and its arrival here PostgreSQL knows the password no more
        await waitFor(
            "PostgreSQL taking the password",
            async () => query(...((await login("kamailio-db")) as [string, string])),
            { deadlineMs: 30_000 },
        );
    });

    test("rotations and failures are counted for Prometheus", async () => {
        const metrics = await guest.read("/run/voip-agent/metrics/voip-agent.prom");
        const value = (name: string, label: string) =>
            Number(new RegExp(`^${name}\\{${label},vm="sip-1"\\} (\\S+)$`, "m").exec(metrics)?.[1]);
        expect(value("vault_rotation_success_total", 'secret="kamailio-db"')).toBeGreaterThanOrEqual(5);
        expect(value("vault_rotation_failure_total", 'secret="kamailio-db"')).toBeGreaterThanOrEqual(1);
        expect(value("vault_secret_age_seconds", 'secret="kamailio"')).toBeGreaterThanOrEqual(0);
        expect(value("vault_cert_expiry_days", 'cert="kamailio-cert"')).toBeLessThanOrEqual(30 / 86_400);
    });
});

test("no secret is in a log, or on a command line", async () => {
    const secrets = [...(await Promise.all(["kamailio-db", "asterisk-db"].map(login))).map(([, password]) => password)];
    secrets.push(await token(), (await guest.read("/var/lib/voip-agent/secret-id")).trim());
    const { stdout: processes } = await run(["ps", "-eo", "args"]);
    const texts = { processes, log: guest.log(), status: JSON.stringify(await guest.status()) };
    expect(texts.log).toContain("logged in");
    for (const secret of secrets) {
        expect(secret).not.toBe("");
        expect(Object.entries(texts).filter(([, text]) => text.includes(secret))).toEqual([]);
    }
});
