import * as fs from "node:fs";
import * as path from "node:path";
import { asteriskFiles } from "../../../configs/asterisk/files";
import { ha1, kamailioFiles, kamailioPaths, kamailioTlsPaths } from "../../../configs/kamailio/files";
import { render, type GuestFile } from "../../../configs/render";
import { rtpengineFiles } from "../../../configs/rtpengine/files";
import * as views from "./views";

const bundles: [string, () => GuestFile[]][] = [
    ["Kamailio", () => kamailioFiles(views.kamailio)],
    ["Kamailio with several PBXs and RTPEngines, and TLS", () => kamailioFiles(views.kamailioOfMany)],
    ["Asterisk", () => asteriskFiles(views.asterisk)],
    ["Asterisk behind two proxies", () => asteriskFiles(views.asteriskOfMany)],
    ["RTPEngine", () => rtpengineFiles(views.rtpengine)],
    ["RTPEngine without its kernel module", () => rtpengineFiles({ ...views.rtpengine, table: -1, fallback: true })],
];

test.each(bundles)("%s is configured as before", (_, files) => {
    for (const file of files()) expect(`${file.mode ?? "0644"} ${file.path}\n${file.content}`).toMatchSnapshot(file.path);
});

test("every template is rendered by a test", () => {
    const configs = path.join(__dirname, "../../../configs");
    const templates = fs
        .readdirSync(configs, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".mustache"))
        .map((file) => path.basename(file, ".mustache"));
    const rendered = bundles.flatMap(([, files]) => files().map((file) => path.basename(file.path)));
    expect(rendered).toEqual(expect.arrayContaining(templates.filter((name) => name !== "defaults.conf")));
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

test("no password is on the proxy, only its HA1, and that readable by root only", () => {
    const files = kamailioFiles(views.kamailio);
    for (const { content } of files) expect(content).not.toContain("first-password");
    const subscribers = files.find((file) => file.path.endsWith("subscriber"));
    expect(subscribers).toMatchObject({ mode: "0600" });
    expect(subscribers?.content).toContain(`1:1001:sip.local:${ha1("1001", "sip.local", "first-password")}\n`);
});

test("HA1 is that of RFC 2617, section 3.5", () => {
    expect(ha1("Mufasa", "testrealm@host.com", "Circle Of Life")).toBe("939e7578ed9e3c518a452acee763bce9");
});

test("voicemail PINs are readable by root only", () => {
    const withPin = asteriskFiles(views.asterisk).filter((file) => file.content.includes("471100"));
    expect(withPin).toMatchObject([{ path: "/etc/asterisk/voicemail.conf", mode: "0600" }]);
});

test("Kamailio takes over a change of every file but those it writes itself", () => {
    const files = kamailioFiles(views.kamailioOfMany);
    const paths = files.filter((file) => !file.initial).map((file) => file.path);
    expect(paths).toEqual([...kamailioPaths, ...kamailioTlsPaths]);
});
