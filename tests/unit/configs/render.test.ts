import * as fs from "node:fs";
import * as path from "node:path";
import { asteriskCredentials, asteriskFiles, asteriskUserApply, reloaded, restarted } from "../../../services/asterisk/files";
import { kamailioFiles, kamailioPaths, kamailioRouteKey, kamailioTlsPath, kamailioUserApply } from "../../../services/kamailio/files";
import { pgbouncerCredentials, pgbouncerFiles, pgbouncerPaths, pgbouncerUnitPath } from "../../../services/pgbouncer/files";
import { firewallFiles } from "../../../services/firewall/files";
import { render, type GuestFile } from "../../../configs/render";
import { rtpengineFiles, rtpengineSecrets } from "../../../services/rtpengine/files";
import { valkeyLinkFiles } from "../../../services/valkey-link/files";
import * as views from "./views";

const bundles: [string, () => GuestFile[]][] = [
    ["Kamailio", () => kamailioFiles(views.kamailio)],
    ["Kamailio with several PBXs and RTPEngines", () => kamailioFiles(views.kamailioOfMany)],
    ["Asterisk", () => asteriskFiles(views.asterisk)],
    ["Asterisk behind two proxies", () => asteriskFiles(views.asteriskOfMany)],
    ["The link to Valkey", () => valkeyLinkFiles({ host: "192.168.64.1", port: 6379, user: "kamailio" })],
    ["Kamailio beside others, with limits", () => kamailioFiles(views.kamailioWithLimits)],
    ["PgBouncer", () => pgbouncerFiles(views.pgbouncer)],
    ["The firewall of a media server", () => firewallFiles(views.mediaFirewall)],
    ["The firewall of a PBX", () => firewallFiles(views.pbxFirewall)],
    ["RTPEngine", () => rtpengineFiles(views.rtpengine)],
    ["RTPEngine without its kernel module", () => rtpengineFiles({ ...views.rtpengine, table: -1, fallback: true })],
];

const templates = [
    pgbouncerCredentials("kamailio", { host: "192.168.64.1", port: 5432 }),
    asteriskCredentials("reload"),
    kamailioRouteKey,
    rtpengineSecrets,
];

test.each(bundles)("%s is configured as before", (_, files) => {
    for (const file of files()) expect(`${file.mode ?? "0644"} ${file.path}\n${file.content}`).toMatchSnapshot(file.path);
});

test.each(["asterisk", "firewall", "kamailio", "pgbouncer", "rtpengine", "valkey-link"])("every template of %s is rendered by a test", (service) => {
    const there = fs
        .readdirSync(path.join(__dirname, "../../../configs", service))
        .filter((file) => file.endsWith(".mustache"))
        .map((file) => path.basename(file, ".mustache"));
    const files = [...bundles.flatMap(([, files]) => files()), ...templates.flatMap((template) => template.files)];
    const rendered = files.map((file) => path.basename(file.path));
    expect(rendered).toEqual(expect.arrayContaining(there.filter((name) => name !== "defaults.conf")));
});

test.each([
    ["refuse", /sl_send_reply\("403", "TLS Only"\);\n {4}exit;/, /route\(PLAIN\);/, / drop; # it registered/],
    ["drop", /proto == TLS \|\| \$si == \$Ri\) return;\n {4}\$var\(why\) = "plain";\n {4}route\(REFUSED\);\n {4}exit;/, /route\(PLAIN\);/, / drop; # it registered/],
] as const)("SIP without TLS: %s", (plainSip, ...expected) => {
    const [{ content }] = kamailioFiles({ ...views.kamailio, edge: { ...views.kamailio.edge, plainSip } });
    for (const pattern of expected) expect(content).toMatch(pattern);
});

test("SIP without TLS: allow", () => {
    const [{ content }] = kamailioFiles({ ...views.kamailio, edge: { ...views.kamailio.edge, plainSip: "allow" } });
    expect(content).not.toMatch(/PLAIN|TLS Only|it registered when/);
});

test("nothing of the template language is left in a file", () => {
    for (const [, files] of bundles) for (const { content } of files()) expect(content).not.toMatch(/\{\{|\}\}/);
});

test("a variable that the view lacks is an error that names it, also inside a section", () => {
    expect(() => render("asterisk/rtp.conf", { rtpMin: 1 })).toThrow(
        'Template asterisk/rtp.conf needs a value for "rtpMax".',
    );
    expect(() => render("kamailio/dispatcher.list", { pbxs: [{ address: "192.168.64.30", port: 5080 }] })).toThrow(
        'Template kamailio/dispatcher.list needs a value for "priority".',
    );
});

test("values are put in as they are", () => {
    const files = asteriskFiles({ ...views.asterisk, sipDomain: `a&"<b>` });
    expect(files.find((file) => file.path.endsWith("pjsip.conf"))?.content).toContain(`from_domain = a&"<b>`);
});

test.each(templates.map((template) => [template.name, template] as const))("the agent renders %s as before", (_, template) =>
    expect(template).toMatchSnapshot(),
);

test("credentials are for the program's eyes only, and no file of the program's configuration has them", () => {
    const readers = templates.flatMap(({ files }) => files.map(({ mode, owner }) => `${mode} ${owner}`));
    expect([...new Set(readers)].sort()).toEqual([
        "0600 postgres:postgres",
        "0600 rtpengine:rtpengine",
        "0640 root:asterisk",
        "0640 root:kamailio",
    ]);
    const paths = bundles.flatMap(([, files]) => files().map((file) => file.path));
    for (const { files } of templates) for (const { path } of files) expect(paths).not.toContain(path);
});

test("a change of every file is taken over", () => {
    const paths = (files: GuestFile[]) => files.map((file) => file.path).sort();
    expect([...kamailioPaths, kamailioTlsPath, ...kamailioUserApply.paths].sort()).toEqual(paths(kamailioFiles(views.kamailioOfMany)));
    expect([...pgbouncerPaths, pgbouncerUnitPath].sort()).toEqual(paths(pgbouncerFiles(views.pgbouncer)));
    const asterisk = asteriskFiles(views.asterisk).filter((file) => !file.content.startsWith("; Nothing differs"));
    expect([...reloaded, ...restarted, ...asteriskUserApply.paths].sort()).toEqual(paths(asterisk));
});
