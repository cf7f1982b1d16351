import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseCalls } from "../../../cli/platform/calls";
import {
    asteriskCredentials,
    asteriskFiles,
    asteriskTlsDir,
    type AsteriskView,
} from "../../../services/asterisk/files";
import { kamailioFiles, kamailioRouteKey } from "../../../services/kamailio/files";
import { pgbouncerCredentials, pgbouncerFiles } from "../../../services/pgbouncer/files";
import type { GuestFile } from "../../../configs/render";
import { rtpengineFiles } from "../../../services/rtpengine/files";
import { makeCertificate } from "../../../providers/bootstrap-certificate/certificate";
import type { AgentFile } from "../../../services/vault-agent/templates";
import * as views from "../../unit/configs/views";
import { LayerRoot } from "./layer-root";

/** The files with one line of one of them replaced, as by a typing error. */
function withMistake(files: GuestFile[], name: string, line: string, mistake: string): GuestFile[] {
    const broken = files.map((file) =>
        file.path.endsWith(name) ? { ...file, content: file.content.replace(line, mistake) } : file,
    );
    expect(broken).not.toEqual(files);
    return broken;
}

/** A file as the agent renders it, with a user and a password in place. */
const rendered = ({ path, mode, contents }: AgentFile): GuestFile => ({
    path,
    mode,
    content: contents.replace(/\{\{ \.Data\.(?:data\.)?(\w+) \}\}/g, "a-$1"),
});

describe("Kamailio", () => {
    let root: LayerRoot;
    beforeAll(async () => {
        root = await LayerRoot.of("sip", "kamailio");
    });
    afterAll(() => root?.remove());

    const check = (files: GuestFile[]) =>
        root.run(
            [...files, ...kamailioRouteKey.files.map(rendered)],
            ["10.64.0.10", "192.168.64.10"],
            "kamailio -c -f /etc/kamailio/kamailio.cfg 2>&1",
        );

    test.each([
        ["one PBX and RTPEngine", views.kamailio],
        ["several of them", views.kamailioOfMany],
        ["limits and Valkey", views.kamailioWithLimits],
    ])("accepts its configuration with %s", async (_, view) => {
        const { status, stdout } = await check(kamailioFiles(view));
        expect(stdout).toContain("config file ok");
        expect(stdout).not.toMatch(/ERROR|CRITICAL|WARNING/);
        expect(status).toBe(0);
    });

    /** Its configuration with an empty database of text files, as there is no PostgreSQL here. */
    const withoutPostgres = () =>
        kamailioFiles(views.kamailio).map((file) => ({
            ...file,
            content: file.content
                .replace('loadmodule "db_postgres.so"', 'loadmodule "db_text.so"')
                .replace("postgres://kamailio@/kamailio", "text:///usr/share/kamailio/dbtext/kamailio")
                .replace(/modparam\("db_postgres.*\n/g, ""),
        }));

    test("counts what is malformed", async () => {
        const ask = `exec 3<>/dev/tcp/192.168.64.10/9494; printf "GET /metrics HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" >&3; timeout 1 cat <&3`;
        const script = `
mkdir -p /etc/kamailio/tls
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=a -days 1 -keyout /etc/kamailio/tls/key.pem -out /etc/kamailio/tls/cert.pem 2>/dev/null
metrics() { bash -c '${ask}' 2>/dev/null; }
until_so() { n=0; until eval "$1"; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done; }
kamailio -DD -E -f /etc/kamailio/kamailio.cfg >/tmp/log 2>&1 & pid=$!
until_so "metrics | grep -q 'voip_tls_failures_total 0'"
long=$(printf '%03000d' 0)
printf 'OPTIONS sip:sip.local SIP/2.0\\r\\nVia: ???\\r\\nContent-Length: x\\r\\nSubject: %s\\r\\n\\r\\n' $long >/tmp/malformed
bash -c 'for n in $(seq 60); do cat /tmp/malformed >/dev/tcp/10.64.0.10/5060; cat /tmp/malformed >/dev/udp/10.64.0.10/5060; cat /tmp/malformed >/dev/tcp/10.64.0.10/5061; done'
until_so "metrics | grep -q 'voip_tls_failures_total 60'"
until_so "metrics | grep -q 'voip_malformed_total 120'"
until_so "grep -q 'many malformed' /tmp/log"
metrics | tr -d '\\r'
kill $pid; wait $pid`;
        const { stdout } = await root.run(
            [...withoutPostgres(), ...kamailioRouteKey.files.map(rendered)],
            ["10.64.0.10", "192.168.64.10"],
            script,
        );
        expect(stdout).toMatch(/^kamailio_voip_refused_total\{reason="plain"\} 0 /m);
        expect(stdout).toMatch(/^kamailio_voip_bans_total\{reason="flood"\} 0 /m);
    });

    test("refuses one with a mistake", async () => {
        const broken = withMistake(kamailioFiles(views.kamailio), ".cfg", "route(SANITY);", "route(SANITY;");
        const { status, stdout } = await check(broken);
        expect(stdout).toContain("parse error");
        expect(status).not.toBe(0);
    });
});

describe("PgBouncer", () => {
    let root: LayerRoot;
    beforeAll(async () => {
        root = await LayerRoot.of("sip");
    });
    afterAll(() => root?.remove());

    const credentials = pgbouncerCredentials("kamailio", { host: "192.168.64.1", port: 5432 }).files.map(rendered);

    /** Starts it as its unit does, until it listens or has ended; what it says. */
    const start = async (files: GuestFile[]): Promise<string> => {
        const script = `
install -d -o postgres -m 0755 /var/lib/pgbouncer
chown postgres /etc/pgbouncer/credentials.ini
setpriv --reuid postgres --regid postgres --clear-groups pgbouncer /etc/pgbouncer/pgbouncer.ini >/tmp/log 2>&1 & pid=$!
n=0; until grep -q 'process up' /tmp/log || ! kill -0 $pid 2>/dev/null; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done
kill -HUP $pid; sleep 0.2
kill $pid; wait $pid; cat /tmp/log`;
        return (await root.run(files, ["192.168.64.10"], script)).stdout;
    };

    test("accepts its configuration, at the start and on reload", async () => {
        const said = await start([...pgbouncerFiles(views.pgbouncer), ...credentials]);
        expect(said).toContain("listening on unix:/var/lib/pgbouncer/.s.PGSQL.6432");
        expect(said).not.toMatch(/listening on \d/);
        expect(said).toContain("got SIGHUP, re-reading config");
        expect(said).not.toMatch(/ERROR|FATAL|WARNING/);
    });

    test("refuses one with a mistake", async () => {
        const files = [...pgbouncerFiles(views.pgbouncer), ...credentials];
        const broken = withMistake(files, "pgbouncer.ini", "pool_mode = transaction", "pool_mode = transactions");
        expect(await start(broken)).toMatch(/ERROR.*pool_mode|invalid value.*transactions/);
    });
});

describe("Asterisk", () => {
    let root: LayerRoot;
    let certificate: string;
    beforeAll(async () => {
        root = await LayerRoot.of("pbx", "asterisk");
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-certificate-"));
        const file = path.join(dir, "both.pem");
        await makeCertificate({ file, owner: process.getuid?.() ?? 0, commonName: "pbx-1", address: "192.168.64.30" });
        certificate = fs.readFileSync(file, "utf8");
        fs.rmSync(dir, { recursive: true });
    });
    afterAll(() => root?.remove());

    /** Asterisk's files with those that the agent renders. */
    const withSecrets = (view: AsteriskView): GuestFile[] => [
        ...asteriskFiles(view),
        ...asteriskCredentials("").files.map(rendered),
        { path: `${asteriskTlsDir}/cert.pem`, content: certificate },
        { path: `${asteriskTlsDir}/key.pem`, content: certificate, mode: "0600" },
    ];

    /** Starts Asterisk, waits until it is ready, runs commands of its CLI; its messages come first. */
    async function ask(files: GuestFile[], ...commands: string[]): Promise<string> {
        const script = `
asterisk -f -T -C /etc/asterisk/asterisk.conf >/tmp/log 2>&1 & pid=$!
n=0; until asterisk -rx 'core waitfullybooted' 2>/dev/null | grep -q fully; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done
cat /tmp/log
${commands.map((command) => `asterisk -rx '${command}'`).join("\n")}
kill $pid; wait $pid`;
        const { stdout } = await root.run(files, ["192.168.64.30"], script);
        return stdout.replace(/\x1b\[[0-9;]*m/g, ""); // eslint-disable-line no-control-regex
    }

    test("starts with all its modules, and no complaint but that its database is away", async () => {
        const said = await ask(withSecrets(views.asterisk), "module show like chan_pjsip", "core show uptime");
        const complaints = said.split("\n").filter((line) => /ERROR|WARNING|declined to load/.test(line));
        expect(complaints.filter((line) => !line.includes("odbc"))).toEqual([]);
        expect(said).toMatch(/chan_pjsip\.so .* Running/);
        expect(said).toContain("System uptime");
    });

    test("knows its trunks, its dial plan, and where the rest is", async () => {
        const said = await ask(
            withSecrets(views.asteriskOfMany),
            "pjsip show endpoints",
            "pjsip show transports",
            "dialplan show from-proxy",
            "sorcery memory cache show res_pjsip/endpoint",
            "odbc show",
        );
        expect(said).toMatch(/Endpoint: +sip-1 /);
        expect(said).toMatch(/Endpoint: +sip-2 /);
        expect(said).toMatch(/Match: 192\.168\.64\.11\/32/);
        expect(said).toMatch(/transport-udp +udp .* 192\.168\.64\.30:5080/);
        for (const number of ["_1XXX", "_2XXX", "\\*43", "\\*60", "\\*98"])
            expect(said).toMatch(new RegExp(`'${number}' =>`));
        expect(said).toMatch(/transport-tls +tls .* 192\.168\.64\.30:5081/);
        expect(said).toMatch(/seconds before object becomes stale: 600/);
        expect(said).toMatch(/DSN: +asterisk/);
    });

    test("logs how each call ended", async () => {
        const started = "asterisk -rx 'core waitfullybooted' 2>/dev/null | grep -q fully";
        const script = `
asterisk -f -T -C /etc/asterisk/asterisk.conf >/tmp/log 2>&1 & pid=$!
until_so() { n=0; until eval "$1"; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done; }
until_so "${started}"
asterisk -rx 'module load res_clioriginate.so'
asterisk -rx 'dialplan add extension 8,1,Answer, into from-proxy'
asterisk -rx 'dialplan add extension 8,2,Echo, into from-proxy'
asterisk -rx 'channel originate Local/8@from-proxy application Echo'
until_so "asterisk -rx 'core show channels concise' | grep -q '!Up!Echo!'"
asterisk -rx 'core show channels concise'
asterisk -rx 'channel request hangup all'
until_so "grep -q ended /tmp/log"
grep ended /tmp/log
kill $pid; wait $pid`;
        const { stdout } = await root.run(withSecrets(views.asterisk), ["192.168.64.30"], script);
        const ids = parseCalls(stdout).map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining([/call (\S+) ended, cause \d+/.exec(stdout)?.[1]]));
    });

    test("says so when a module is missing from the list", async () => {
        const broken = withMistake(withSecrets(views.asterisk), "modules.conf", "load = res_pjsip_pubsub.so", "");
        expect(await ask(broken)).toMatch(/chan_pjsip declined to load/);
    });
});

describe("RTPEngine", () => {
    let root: LayerRoot;
    beforeAll(async () => {
        root = await LayerRoot.of("media");
    });
    afterAll(() => root?.remove());

    const addresses = ["192.168.64.20", "10.64.0.20"];
    const start = "rtpengine -f -E --config-file /etc/rtpengine/rtpengine.conf >/tmp/log 2>&1 & pid=$!";

    test("starts without its kernel module if allowed", async () => {
        const files = rtpengineFiles({ ...views.rtpengine, table: -1, fallback: true });
        const script = `${start}
n=0; until rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions 2>/dev/null | grep -q Current; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done
rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions; cat /tmp/log; kill $pid`;
        const { stdout } = await root.run(files, addresses, script);
        expect(stdout).toMatch(/Current sessions own: +0/);
        expect(stdout).not.toMatch(/ERR|CRIT/);
    });

    test("refuses to start without it otherwise", async () => {
        const { stdout } = await root.run(
            rtpengineFiles(views.rtpengine),
            addresses,
            `${start}\nwait $pid; echo $?; cat /tmp/log`,
        );
        expect(stdout).toMatch(/^[1-9]\d*\n/);
        expect(stdout).toMatch(/CRIT.*rtpengine_0/);
    });
});
