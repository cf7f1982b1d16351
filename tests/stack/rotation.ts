import { asDatabaseUserOn, askVault, asSuperuser, type VaultQuestion } from "./core";
import { Load, type Busy } from "./load";
import { broughtUp } from "./platform";
import { homeOf, shownToPhones, steal, type Stolen } from "./stolen";
import { voipJson } from "./voip";

/** What `rotate --json` prints. */
export interface Rotation {
    rotated: { name: string; from: string; to: string; seconds: number }[];
    callsUp: number;
    callsDropped: number;
}

const rotatedNames = [
    ...["cdr_writer", "homer", "kamailio", "opensips", "asterisk"].map((role) => `database/${role}`),
    ...["media-1", "pbx-1", "sip-1"].map((vm) => `${vm}/approle`),
    ...["core/approle", "core/openbao-cert", "core/postgres-cert", "core/valkey-cert", "core/valkey-exporter-cert"],
    ...["secret/valkey/kamailio", "secret/valkey/exporter"],
    "pbx-1/asterisk-cert",
    "sip-1/kamailio-cert",
].sort();

/** Ends every connection of the proxies and the PBXs to their databases. @returns how many there were */
async function cutConnections(): Promise<number> {
    const ours = "usename = 'kamailio' OR pg_has_role(usename, 'asterisk', 'member')";
    const [{ cut }] = await asSuperuser(
        `SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity WHERE (${ours}) AND usename <> 'postgres'`,
    );
    return Number(cut);
}

const loginPath = (vm: string): string => `auth/approle/role/${vm.split("-")[0]}-vm-role/secret-id/lookup`;

/** Which of the stolen secrets are still good for something. */
async function stillGood({ accounts, secretIds, tokens, serial }: Stolen): Promise<string[]> {
    const good: string[] = [];
    for (const database of ["kamailio", "asterisk"] as const) {
        const { rows } = await asDatabaseUserOn(homeOf[database], accounts[database], database);
        if (rows) good.push(`password of ${database}`);
    }
    const questions: [string, VaultQuestion][] = [
        ...Object.entries(secretIds).flatMap(([vm, ids]) =>
            ids.map((secret_id): [string, VaultQuestion] => [
                `secret-id of ${vm}`,
                { method: "POST", path: loginPath(vm), body: { secret_id } },
            ]),
        ),
        ...Object.entries(tokens).map(([vm, accessor]): [string, VaultQuestion] => [
            `token of ${vm}`,
            { method: "POST", path: "auth/token/lookup-accessor", body: { accessor } },
        ]),
    ];
    const reports = await askVault(questions.map(([, question]) => question));
    good.push(...questions.filter((_, index) => reports[index].answer?.data).map(([what]) => what));
    if ((await shownToPhones()).serial === serial) good.push("certificate of the proxy");
    return good;
}

/** Tests that every secret can be changed under this load, and that no call, registration or connection notices it. */
export function testRotation(busy: Busy): void {
    let load: Load;
    beforeAll(async () => {
        await broughtUp();
        load = await Load.start(busy);
    });
    afterAll(() => load?.abandon());

    it.each([
        ["while all connections to the databases are cut", true],
        ["right after that", false],
    ])("changes every secret, and the old ones are refused: %s", async (_when, cut) => {
        const before = await steal();
        expect(await stillGood(before)).toHaveLength(2 + 2 * 3 + 3 + 1);

        const [rotation, cuts] = await Promise.all([voipJson<Rotation>("rotate"), cut ? cutConnections() : 0]);

        process.stderr.write(`rotation: ${JSON.stringify(rotation)}\n`);
        expect(rotation.callsUp).toBeGreaterThanOrEqual(busy.calls);
        expect(rotation.callsDropped).toBe(0);
        expect(rotation.rotated.map(({ name }) => name).sort()).toEqual(rotatedNames);
        expect(rotation.rotated.filter(({ from, to }) => from === to)).toEqual([]);
        if (cut) expect(cuts).toBeGreaterThan(1);
        expect(await stillGood(before)).toEqual([]);
    });

    it("keeps TLS connections, and gives new ones the new certificate", async () => {
        const { serial } = await shownToPhones();
        const held = await load.tls.check();
        expect(held).toMatchObject({ closed: 0, failures: [] });
        expect(held.serials).toHaveLength(busy.tlsPhones);
        expect(held.serials).not.toContain(serial);
    });

    it("affected no call and no registration", async () => {
        const { heard, newCalls, registrations } = await load.end(); // fails with the first that went wrong
        const longest = heard.filter(({ seconds }) => seconds > 10);
        process.stderr.write(
            `rotation: ${newCalls} new calls, ${registrations} registrations, heard ${JSON.stringify(longest)}\n`,
        );
        expect(longest).toHaveLength(busy.calls);
        for (const { lost, gapSeconds } of longest) expect({ lost, gapSeconds }).toEqual({ lost: 0, gapSeconds: 0 });
        expect(newCalls).toBeGreaterThan(10);
        expect(registrations).toBeGreaterThan(25);
    });
}
