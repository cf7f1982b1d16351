import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { clients, secretOf } from "../../../services/valkey/clients";
import { valkeyExporter } from "../../../services/valkey/exporter";
import { valkeyFiles, valkeyUsers } from "../../../services/valkey/files";
import { valkey } from "../../../services/valkey/service";

const secrets = Object.fromEntries(clients.map(({ name }) => [secretOf(name), { password: `first-of-${name}` }]));
const numbers: Record<string, number> = { "valkey tls": 6379, "valkey-exporter metrics": 9121 };
const place = (service: string) => ({
    address: "192.0.2.1",
    port: (name: string, of = service) => numbers[`${of} ${name}`],
    secrets,
});
const side = { dir: "/servers/valkey/tls", run: "/servers/valkey/run", user: 6379, reload: "reload" };
/** The lines of a file of users that are no comments, which the server does not see. */
const users = (text: string): string[][] =>
    text
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .map((line) => line.split(" "));

test("listens by TLS at one address only", () => {
    const settings = valkeyFiles(place("valkey"))["valkey.conf"];
    const of = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(settings)?.[1];
    expect([of("port"), of("bind"), of("tls-port")]).toEqual(["0", "192.0.2.1", "6379"]);
});

test("nothing is allowed without a login; each client has a password, and starts without rights", () => {
    const [anybody, ...rest] = users(valkeyFiles(place("valkey"))["users.acl"]);
    expect(anybody).toEqual(["user", "default", "off", "resetkeys", "resetchannels", "-@all"]);
    expect(rest.map(([, name]) => name)).toEqual(clients.map(({ name }) => name));
    for (const [, name, state, password, ...rules] of rest) {
        expect([state, password]).toEqual(["on", `>first-of-${name}`]);
        expect(rules).toContain("-@all");
        // a right to everything, to all keys of others, or to the server itself
        for (const rule of rules)
            expect(rule).not.toMatch(/^(allkeys|allcommands|~\*|nopass|\+@|\+(acl|config$|config\|set|flush))/);
        expect(rules.filter((rule) => rule.startsWith("+")).length).toBe(rules.length - rules.indexOf("-@all") - 1);
    }
});

test("the agent renders the users from the passwords in Vault, including a previous one", () => {
    const [{ files }] = valkeyUsers(side);
    const kamailio = files[0].contents.split("\n").find((line) => line.startsWith("user kamailio"));
    expect(kamailio).toMatch(
        /^user kamailio on \{\{ with secret "secret\/data\/valkey\/kamailio" \}\}>\{\{ \.Data\.data\.password \}\}\{\{ with index \.Data\.data "previous" \}\} >\{\{ \. \}\}\{\{ end \}\}\{\{ end \}\} /,
    );
    expect(files[0]).toMatchObject({ path: "/servers/valkey/tls/users.acl", mode: "0600", owner: "6379:6379" });
});

describe("after a change of its users", () => {
    let dir: string;
    beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-valkey-"))));
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    function reload(reloads: string): void {
        const [template] = valkeyUsers({ ...side, dir, run: dir, reload: reloads });
        fs.writeFileSync(`${dir}/users.acl`, "user\n");
        execFileSync("timeout", ["3", "sh", "-c", template.reload], { stdio: "pipe" });
    }
    test("a server that does not run is not waited for", () => expect(() => reload("true")).not.toThrow());

    test("a running server is waited for until it has read them", async () => {
        const server = net.createServer();
        await new Promise<void>((listening) => server.listen(`${dir}/valkey.sock`, listening));
        expect(() => reload("true")).toThrow();
        expect(() => reload(`sha256sum <${dir}/users.acl >${dir}/users.sha256`)).not.toThrow();
        await new Promise((closed) => server.close(closed));
    });
});

test("the exporter logs in as itself, where Valkey listens", () => {
    const at = place("valkey-exporter");
    const files = valkeyExporter.core.files(at);
    expect(JSON.parse(files["passwords.json"])).toEqual({ "rediss://exporter@192.0.2.1:6379": "first-of-exporter" });
    expect(files.settings).toContain("server=192.0.2.1:6379\nuser=exporter\n");
    const [template] = valkeyExporter.core.templates?.(side, at) ?? [];
    expect(JSON.parse(template.files[0].contents)).toEqual({
        "rediss://exporter@192.0.2.1:6379": "{{ .Data.data.password }}",
    });
});

test("every client's password is generated, readable by Valkey, and rotated", () => {
    const all = clients.map(({ name }) => secretOf(name));
    expect(valkey.rights.secrets).toEqual(all);
    expect(valkey.rotates).toEqual(all);
    expect(Object.keys(valkey.generates)).toEqual(all);
});
