import type { ServedCertificate } from "../../cli/platform/listeners";
import { runProgram } from "../../process/program";
import { enterPhones, onVm, outputs } from "./platform";

/** What somebody would have who broke into the VMs now. */
export interface Stolen {
    /** Accounts of PostgreSQL, by the database that they are good for. */
    accounts: Record<"kamailio" | "asterisk", { user: string; password: string }>;
    /** Secret-ids, by VM; each is good for one login. */
    secretIds: Record<string, string[]>;
    /** Accessors of the tokens, by VM: the tokens themselves are good from their VMs only. */
    tokens: Record<string, string>;
    /** Serial number of the certificate that phones are shown. */
    serial: string;
}

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

export async function steal(): Promise<Stolen> {
    const { vms, core } = await outputs();
    const lookup = `${core.vaultAddress}/v1/auth/token/lookup-self`;
    const identities = await Promise.all(
        Object.keys(vms).map(async (vm) => {
            const answer = await onVm(
                vm,
                [
                    "sudo awk 1 /var/lib/voip-agent/secret-id /var/lib/voip-agent/secret-id.spare",
                    "printf 'X-Vault-Token: %s' \"$(sudo cat /run/voip-agent/token)\" |",
                    `sudo curl --silent --cacert /etc/voip-agent/ca.pem --header @- ${lookup}`,
                ].join("\n"),
            );
            const secretIds = answer.split("\n").filter((line) => /^[0-9a-f-]{36}$/.test(line));
            const token = field(answer, /"accessor":"([^"]+)"/);
            return { vm, token, secretIds };
        }),
    );
    const pgbouncer = await onVm("sip-1", "sudo cat /etc/pgbouncer/credentials.ini");
    const odbc = await onVm("pbx-1", "sudo cat /etc/asterisk/res_odbc.conf");
    return {
        accounts: {
            kamailio: { user: field(pgbouncer, /user=(\S+)/), password: field(pgbouncer, /password=(\S+)/) },
            asterisk: { user: field(odbc, /username => (\S+)/), password: field(odbc, /password => (\S+)/) },
        },
        secretIds: Object.fromEntries(identities.map(({ vm, secretIds }) => [vm, secretIds])),
        tokens: Object.fromEntries(identities.map(({ vm, token }) => [vm, token])),
        serial: (await shownToPhones()).serial,
    };
}
