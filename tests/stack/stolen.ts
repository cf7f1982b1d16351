import type { ServedCertificate } from "../../cli/platform/listeners";
import { runProgram } from "../../process/program";
import type { DatabaseUser } from "./core";
import { enterPhones, onVm, outputs } from "./platform";

/** What somebody would have who broke into the VMs now. */
export interface Stolen {
    /** Accounts of PostgreSQL, by the database that they are good for. */
    accounts: Record<"kamailio" | "asterisk", DatabaseUser>;
    /** Secret-ids, by VM; each is good for one login. */
    secretIds: Record<string, string[]>;
    /** Accessors of the tokens, by VM: the tokens themselves are good from their VMs only. */
    tokens: Record<string, string>;
    /** Serial number of the certificate that phones are shown. */
    serial: string;
}

/** The VM that an account is used on: PostgreSQL takes it from no other. */
export const homeOf = { kamailio: "sip-1", asterisk: "pbx-1" } as const;

const field = (text: string, pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (!found) throw new Error(`no ${pattern.source} in what was read (${text.length} characters)`);
    return found;
};

/** The certificate that a new connection of a phone is shown. */
export async function shownToPhones(): Promise<ServedCertificate> {
    const {
        proxies: [proxy],
    } = await outputs();
    const listener = { name: "proxy", host: proxy.external, port: proxy.ports.tls };
    const enter = (argv: string[]): string[] => [...enterPhones, ...argv];
    const [certificate] = await runProgram<ServedCertificate[]>("cli/platform/listeners-main.ts", [listener], enter);
    if (certificate.error) throw new Error(certificate.error);
    return certificate;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What one VM holds: the secret-ids, the token's accessor, and what else is asked for. */
async function taken(
    vm: string,
    vaultAddress: string,
    file = "",
): Promise<{ secretIds: string[]; accessor: string; rest: string }> {
    const script = [
        "awk 1 /var/lib/voip-agent/secret-id /var/lib/voip-agent/secret-id.spare",
        'printf "X-Vault-Token: %s" "$(cat /run/voip-agent/token)" |',
        `curl --silent --cacert /etc/voip-agent/ca.pem --header @- ${vaultAddress}/v1/auth/token/lookup-self`,
        ...(file ? [`cat ${file}`] : []),
    ].join("\n");
    const [first, spare, ...rest] = (await onVm(vm, `sudo sh -c '${script}'`)).split("\n");
    const text = rest.join("\n");
    return {
        secretIds: [first, spare].filter((id) => uuid.test(id)),
        accessor: field(text, /"accessor":"([^"]+)"/),
        rest: text,
    };
}

export async function steal(): Promise<Stolen> {
    const files: Record<string, string> = {
        [homeOf.kamailio]: "/etc/pgbouncer/credentials.ini",
        [homeOf.asterisk]: "/etc/asterisk/res_odbc.conf",
    };
    const { core, vms } = await outputs();
    const loot: Record<string, Awaited<ReturnType<typeof taken>>> = {};
    // not at once: there are calls up
    for (const vm of Object.keys(vms)) loot[vm] = await taken(vm, core.vaultAddress, files[vm]);
    const pgbouncer = loot[homeOf.kamailio].rest;
    const odbc = loot[homeOf.asterisk].rest;
    return {
        accounts: {
            kamailio: { user: field(pgbouncer, /user=(\S+)/), password: field(pgbouncer, /password=(\S+)/) },
            asterisk: { user: field(odbc, /username => (\S+)/), password: field(odbc, /password => (\S+)/) },
        },
        secretIds: Object.fromEntries(Object.entries(loot).map(([vm, { secretIds }]) => [vm, secretIds])),
        tokens: Object.fromEntries(Object.entries(loot).map(([vm, { accessor }]) => [vm, accessor])),
        serial: (await shownToPhones()).serial,
    };
}
