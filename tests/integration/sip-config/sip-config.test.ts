import { parseCalls } from "../../../cli/rotation/calls";
import { asteriskFiles } from "../../../configs/asterisk/files";
import { kamailioFiles } from "../../../configs/kamailio/files";
import type { GuestFile } from "../../../configs/render";
import { rtpengineFiles } from "../../../configs/rtpengine/files";
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

describe("Kamailio", () => {
    let root: LayerRoot;
    beforeAll(async () => {
        root = await LayerRoot.of("sip", "kamailio");
    });
    afterAll(() => root?.remove());

    const check = (files: GuestFile[]) =>
        root.run(files, ["10.64.0.10", "192.168.64.10"], "kamailio -c -f /etc/kamailio/kamailio.cfg 2>&1");

    test.each([
        ["one PBX and RTPEngine", views.kamailio],
        ["several of them, and TLS", views.kamailioOfMany],
    ])("accepts its configuration with %s", async (_, view) => {
        const { status, stdout } = await check(kamailioFiles(view));
        expect(stdout).toContain("config file ok");
        expect(stdout).not.toMatch(/ERROR|CRITICAL|WARNING/);
        expect(status).toBe(0);
    });

    test("refuses one with a mistake", async () => {
        const broken = withMistake(kamailioFiles(views.kamailio), ".cfg", "route(SANITY);", "route(SANITY;");
        const { status, stdout } = await check(broken);
        expect(stdout).toContain("parse error");
        expect(status).not.toBe(0);
    });

    test("starts, has its accounts, and keeps registrations over a restart", async () => {
        const script = `
serve() { kamailio -DD -E -f /etc/kamailio/kamailio.cfg 2>>/tmp/log & pid=$!; }
answers() { n=0; until kamcmd core.uptime >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 300 ] || { cat /tmp/log; exit 1; }; sleep 0.1; done; }
serve; answers
kamcmd ul.add location s:1001 sip:1001@10.64.0.101:5060 600 1.0 s: 0 0 0 || exit 1
kill $pid; wait $pid
serve; answers
kamcmd ul.lookup location s:1001 | grep Address
kamcmd dispatcher.list | grep URI
grep -E 'ERROR|CRITICAL' /tmp/log | grep -v -e rtpengine -e receive_fd
kill $pid; wait $pid`;
        const { stdout } = await root.run(
            kamailioFiles(views.kamailio),
            ["10.64.0.10", "192.168.64.10", "192.168.64.30"],
            script,
        );
        expect(stdout).toMatch(/Address: sip:1001@10\.64\.0\.101:5060/);
        expect(stdout).toMatch(/URI: sip:192\.168\.64\.30:5080/);
        expect(stdout).not.toMatch(/ERROR|CRITICAL/);
    });
});

describe("Asterisk", () => {
    let root: LayerRoot;
    beforeAll(async () => {
        root = await LayerRoot.of("pbx", "asterisk");
    });
    afterAll(() => root?.remove());

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

    test("starts with all its modules and no complaint", async () => {
        const said = await ask(asteriskFiles(views.asterisk), "module show like chan_pjsip", "core show uptime");
        expect(said).not.toMatch(/ERROR|WARNING|declined to load/);
        expect(said).toMatch(/chan_pjsip\.so .* Running/);
        expect(said).toContain("System uptime");
    });

    test("knows its trunks, dialplan and mailboxes", async () => {
        const said = await ask(
            asteriskFiles(views.asteriskOfMany),
            "pjsip show endpoints",
            "pjsip show transports",
            "dialplan show from-proxy",
            "voicemail show users",
        );
        expect(said).toMatch(/Endpoint: +sip-1 /);
        expect(said).toMatch(/Endpoint: +sip-2 /);
        expect(said).toMatch(/Match: 192\.168\.64\.11\/32/);
        expect(said).toMatch(/transport-udp +udp .* 192\.168\.64\.30:5080/);
        for (const number of ["_1XXX", "_2XXX", "\\*43", "\\*60", "\\*98"])
            expect(said).toMatch(new RegExp(`'${number}' =>`));
        expect(said).toMatch(/default +1001 +Extension 1001/);
    });

    test("tells of each call how it ended", async () => {
        const started = "asterisk -rx 'core waitfullybooted' 2>/dev/null | grep -q fully";
        const script = `
asterisk -f -T -C /etc/asterisk/asterisk.conf >/tmp/log 2>&1 & pid=$!
until_so() { n=0; until eval "$1"; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done; }
until_so "${started}"
asterisk -rx 'module load res_clioriginate.so'
asterisk -rx 'channel originate Local/*43@from-proxy application Echo'
until_so "asterisk -rx 'core show channels concise' | grep -q '!Echo!'"
asterisk -rx 'core show channels concise'
asterisk -rx 'channel request hangup all'
until_so "grep -q ended /tmp/log"
grep ended /tmp/log
kill $pid; wait $pid`;
        const { stdout } = await root.run(asteriskFiles(views.asterisk), ["192.168.64.30"], script);
        const ids = parseCalls(stdout).map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining([/call (\S+) ended, cause \d+/.exec(stdout)?.[1]]));
    });

    test("says so when a module is missing from the list", async () => {
        const broken = withMistake(asteriskFiles(views.asterisk), "modules.conf", "load = res_pjsip_pubsub.so", "");
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

    test("starts without its kernel module where it may", async () => {
        const files = rtpengineFiles({ ...views.rtpengine, table: -1, fallback: true });
        const script = `${start}
n=0; until rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions 2>/dev/null | grep -q Current; do n=$((n + 1)); [ $n -lt 300 ] || break; sleep 0.1; done
rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions; cat /tmp/log; kill $pid`;
        const { stdout } = await root.run(files, addresses, script);
        expect(stdout).toMatch(/Current sessions own: +0/);
        expect(stdout).not.toMatch(/ERR|CRIT/);
    });

    test("refuses to start without it where it may not", async () => {
        const { stdout } = await root.run(
            rtpengineFiles(views.rtpengine),
            addresses,
            `${start}\nwait $pid; echo $?; cat /tmp/log`,
        );
        expect(stdout).toMatch(/^[1-9]\d*\n/);
        expect(stdout).toMatch(/CRIT.*rtpengine_0/);
    });
});
