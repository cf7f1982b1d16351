import { askVault, asDatabaseUser, asDatabaseUserOn, asSuperuser } from "../stack/core";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { homeOf, steal, type Stolen } from "../stack/stolen";

type Request = [method: string, path: string, body?: Record<string, string>];

/** Asks Vault from a VM, with the token of its agent, over one connection. @returns HTTP statuses, in the order of the requests */
async function asVm(vm: string, requests: Request[]): Promise<number[]> {
    const { core } = await outputs();
    const token = "/run/voip-agent/header";
    // each request forgets the options of the one before (curl(1), --next)
    const config = requests.map(([method, path, body = {}]) =>
        [
            'cacert = "/etc/voip-agent/ca.pem"',
            "silent",
            `url = "${core.vaultAddress}/v1/${path}"`,
            `request = "${method}"`,
            `header = "@${token}"`,
            ...(method === "POST" ? [`data = ${JSON.stringify(JSON.stringify(body))}`] : []),
            'output = "/dev/null"',
            'write-out = "%{http_code}\\n"',
        ].join("\n"),
    );
    const script = [
        `printf 'X-Vault-Token: %s' "$(sudo cat /run/voip-agent/token)" | sudo tee ${token} >/dev/null`,
        `sudo curl --config - <<'END'\n${config.join("\nnext\n")}\nEND`,
        `sudo rm ${token}`,
    ].join("\n");
    return (await onVm(vm, script)).trim().split("\n").map(Number);
}

/** What each tier may have (docs/secrets.md); another tier may not. */
const tiers: Record<string, { secrets: string[]; certificates: string[]; credentials: string[] }> = {
    "sip-1": {
        secrets: ["kamailio", "valkey/kamailio"],
        certificates: ["kamailio-role", "opensips-role"],
        credentials: ["static-creds/kamailio", "static-creds/opensips"],
    },
    "pbx-1": {
        secrets: [],
        certificates: ["asterisk-role", "freeswitch-role"],
        credentials: ["creds/asterisk", "creds/freeswitch"],
    },
    "media-1": { secrets: ["rtpengine"], certificates: [], credentials: [] },
};

/** The requests of certificates that the agents make (agent.json); a role without a service yet is asked for the same. */
const requests: Record<string, Record<string, string>> = {};

async function findRequests(): Promise<void> {
    for (const vm of Object.keys(tiers)) {
        const config = JSON.parse(await onVm(vm, "sudo cat /etc/voip-agent/agent.json")) as {
            secrets: { kind: string; parameters?: string[] }[];
        };
        const parameters = config.secrets.find(({ kind }) => kind === "certificate")?.parameters ?? [];
        const request = Object.fromEntries(parameters.map((parameter) => parameter.split("=") as [string, string]));
        for (const role of tiers[vm].certificates) requests[role] = request;
    }
}

const secretsOf = (vm: string): Request[] => tiers[vm].secrets.map((name) => ["GET", `secret/data/${name}`]);
const certificatesOf = (vm: string): Request[] =>
    tiers[vm].certificates.map((role) => ["POST", `pki_int/issue/${role}`, requests[role]]);

/** Requests that no VM may make of its own roles: for others' addresses and names, more names, other forms, by other ways. */
const forgedOf = (vm: string, coreAddress: string): Request[] =>
    tiers[vm].certificates.flatMap((role): Request[] => {
        const request = requests[role];
        const other = requests[vm === "sip-1" ? "asterisk-role" : "kamailio-role"];
        const differences: Record<string, string>[] = [
            { ip_sans: coreAddress },
            { ip_sans: `${request.ip_sans},${coreAddress}` },
            { ip_sans: "" },
            { ip_sans: other.ip_sans },
            { common_name: "openbao" },
            { common_name: other.common_name },
            { alt_names: request.common_name },
            { alt_names: "openbao" },
            { ttl: "87600h" },
            { format: "pem_bundle" },
            { format: "der" },
        ];
        const issued = differences.map((difference): Request => [
            "POST",
            `pki_int/issue/${role}`,
            { ...request, ...difference },
        ]);
        const ways = ["sign", "sign-verbatim", "issuer/default/issue", "issuer/default/sign"];
        return [...issued, ...ways.map((way): Request => ["POST", `pki_int/${way}/${role}`, request])];
    });

const credentialsOf = (vm: string): Request[] => tiers[vm].credentials.map((path) => ["GET", `database/${path}`]);
const all = (vm: string): Request[] => [...secretsOf(vm), ...certificatesOf(vm), ...credentialsOf(vm)];

/** What nobody but provisioning may do. */
const forbidden: Request[] = [
    ["LIST", "secret/metadata"],
    ["LIST", "auth/approle/role"],
    ["LIST", "pki_int/certs"],
    ["GET", "secret/data/extensions/1001"],
    ["GET", "sys/mounts"],
    ["GET", "sys/policies/acl/provisioning"],
    ["POST", "secret/data/kamailio"],
    ["POST", "pki/root/sign-intermediate"],
    ["POST", "pki_int/issue/core-role", { common_name: "openbao" }],
    ["POST", "database/rotate-role/kamailio"],
    ["POST", "auth/token/create"],
];

const secretIdOf = (vm: string): string => `auth/approle/role/${vm.split("-")[0]}-vm-role/secret-id`;
const anywhere = { cidr_list: "0.0.0.0/0", token_bound_cidrs: "0.0.0.0/0" };

describe.each(Object.keys(tiers))("the token of %s", (vm) => {
    const others = Object.keys(tiers).filter((name) => name !== vm);
    const ask = (coreAddress: string): Record<string, Request[]> => ({
        ...Object.fromEntries(Object.keys(tiers).map((tier) => [tier, all(tier)])),
        forged: forgedOf(vm, coreAddress),
        forbidden,
        secretIds: [
            ["POST", secretIdOf(others[0])],
            ["POST", secretIdOf(vm)],
            ["POST", secretIdOf(vm), anywhere],
        ],
    });
    let questions: Record<string, Request[]>;
    const statuses: Record<string, number[]> = {};
    beforeAll(async () => {
        await broughtUp();
        await findRequests();
        const { core } = await outputs();
        questions = ask(new URL(core.vaultAddress).hostname);
        const answers = await asVm(vm, Object.values(questions).flat()); // at once: a handshake is what an emulated VM is slow at
        for (const [name, { length }] of Object.entries(questions)) statuses[name] = answers.splice(0, length);
    });

    const refused = (name: string): number[] => questions[name].map(() => 403);

    it("reads its own tier's secrets, and gets its own certificates and credentials", () => {
        expect(statuses[vm]).toEqual(questions[vm].map(() => 200));
    });

    it.each(others)("gets nothing of %s", (other) => {
        expect(statuses[other]).toEqual(refused(other));
    });

    it("gets no certificate with another name or address, in another form, or by another way", () => {
        expect(statuses.forged).toEqual(refused("forged"));
    });

    it("may list nothing, and do nothing else", () => {
        expect(statuses.forbidden).toEqual(refused("forbidden"));
    });

    it("may not have the secret-id of another role, nor one for another address", () => {
        expect(statuses.secretIds).toEqual([403, 403, 403]);
    });

    it("can't be renewed beyond 48 h", async () => {
        const { core } = await outputs();
        const answer = await onVm(
            vm,
            `printf 'X-Vault-Token: %s' "$(sudo cat /run/voip-agent/token)" | sudo curl --silent --cacert /etc/voip-agent/ca.pem ` +
                `--header @- --data '{"increment":"1000h"}' ${core.vaultAddress}/v1/auth/token/renew-self`,
        );
        const { auth } = JSON.parse(answer) as { auth: { lease_duration: number } };
        expect(auth.lease_duration).toBeGreaterThan(24 * 3600);
        expect(auth.lease_duration).toBeLessThanOrEqual(48 * 3600);
    });

    it("is valid from no other address", async () => {
        const token = (await onVm(vm, "sudo cat /run/voip-agent/token")).trim();
        const [{ status }] = await askVault([{ method: "GET", path: "auth/token/lookup-self", token }]);
        expect(status).toBe(403);
    });
});

describe("an account of a database", () => {
    let accounts: Stolen["accounts"];
    beforeAll(async () => {
        await broughtUp();
        ({ accounts } = await steal());
    });

    const cases = [
        ["kamailio", "asterisk"],
        ["asterisk", "kamailio"],
        ["kamailio", "cdr"],
        ["asterisk", "homer"],
    ] as const;
    it.each(cases)("of %s does not get into %s", async (own, other) => {
        const from = homeOf[own];
        expect((await asDatabaseUserOn(from, accounts[own], own)).rows).toHaveLength(1);
        expect((await asDatabaseUserOn(from, accounts[own], other)).error).toMatch(/pg_hba.conf rejects connection/);
        const [may] = await asSuperuser(`SELECT has_database_privilege('${own}', '${other}', 'CONNECT') AS connect`);
        expect(may).toEqual({ connect: false });
    });

    it.each([
        ["kamailio", "pbx-1"],
        ["kamailio", "media-1"],
        ["asterisk", "sip-1"],
        ["asterisk", "media-1"],
    ] as const)("of %s is refused on %s, with the right password", async (own, vm) => {
        const { error } = await asDatabaseUserOn(vm, accounts[own], own);
        expect(error).toMatch(/pg_hba.conf rejects connection .*SSL encryption/);
    });

    it.each(["kamailio", "asterisk"] as const)("of %s is refused on the machine of the core services", async (own) => {
        const { error } = await asDatabaseUser(accounts[own], own);
        expect(error).toMatch(/pg_hba.conf rejects connection .*SSL encryption/);
    });

    it("of provisioning, or of OpenBao, is refused on every VM", async () => {
        const { postgres, vms } = await outputs();
        for (const vm of Object.keys(vms)) {
            for (const user of [postgres.user, "vault_admin"]) {
                const account = { user, password: postgres.password };
                for (const database of ["postgres", "asterisk"]) {
                    const { error } = await asDatabaseUserOn(vm, account, database);
                    expect(error).toMatch(/pg_hba.conf rejects connection .*SSL encryption/);
                }
            }
        }
    });

    it("gets no connection from the external network", async () => {
        const enter = (argv: string[]): string[] => [...enterPhones, ...argv];
        for (const own of ["kamailio", "asterisk"] as const) {
            const { error } = await asDatabaseUser(accounts[own], own, "SELECT 1", enter);
            expect(error).toMatch(/ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT|timeout/);
        }
    });

    it.each(["kamailio", "asterisk"] as const)(
        "%s is no superuser, and can make neither roles nor databases",
        async (own) => {
            const { rows } = await asDatabaseUserOn(
                homeOf[own],
                accounts[own],
                own,
                "SELECT bool_or(rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls) AS more FROM pg_roles " +
                    "WHERE pg_has_role(session_user, oid, 'member')",
            );
            expect(rows).toEqual([{ more: false }]);
        },
    );

    it.each([
        ["kamailio", "CREATE TABLE mine (n int)", "permission denied for schema public"],
        ["kamailio", "CREATE TEMPORARY TABLE mine (n int)", "permission denied to create temporary tables"],
        ["kamailio", "CREATE SCHEMA mine", "permission denied for database"],
        ["kamailio", "TRUNCATE location", "permission denied for table location"],
        ["kamailio", "DROP TABLE location", "must be owner of table location"],
        ["kamailio", "UPDATE subscriber SET ha1 = ''", "permission denied for table subscriber"],
        ["kamailio", "SELECT * FROM pgmigrations", "permission denied for table pgmigrations"],
        ["asterisk", "CREATE TABLE mine (n int)", "permission denied for schema public"],
        ["asterisk", "DELETE FROM voicemail", "permission denied for table voicemail"],
        ["asterisk", "UPDATE voicemail SET mailbox = '1'", "permission denied for table voicemail"],
    ] as const)("of %s may not: %s", async (own, statement, refusal) => {
        const { error } = await asDatabaseUserOn(homeOf[own], accounts[own], own, statement);
        expect(error).toContain(refusal);
    });

    it("needs TLS, whatever the account", async () => {
        const { core } = await outputs();
        const command = `psql --host ${core.postgresHost} --port ${core.postgresPort} --user kamailio --no-password kamailio`;
        const ask = (mode: string): Promise<string> =>
            onVm("sip-1", `docker exec kamailio sh -c 'PGSSLMODE=${mode} ${command} --command "SELECT 1"' 2>&1; true`);
        expect(await ask("disable")).toMatch(/pg_hba.conf rejects connection .*no encryption/);
        expect(await ask("require")).toContain("no password supplied");
    });
});
