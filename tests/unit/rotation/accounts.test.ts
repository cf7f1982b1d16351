import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { RotationJob } from "../../../cli/rotation/job";
import { rotateAccounts } from "../../../cli/rotation/accounts";
import { VaultClient } from "../../../clients/vault/client";

interface Kv {
    data: Record<string, string>;
    version: number;
}

/** What happened, in order: `vault PASSWORD previous PREVIOUS` for each value written, and who was told to render. */
let events: string[];
let kv: Kv;
let dir: string;
let vaultServer: http.Server;
let coreAgent: net.Server;
const searchPath = process.env.PATH;

/** Vault's key-value engine (version 2) with one secret, and the AppRole of the core. */
function answerTo(method: string, url: string, body: string): { status: number; data?: unknown } {
    if (url.endsWith("/role-id")) return { status: 200, data: { role_id: "r" } };
    if (url !== "/v1/secret/data/valkey/kamailio") return { status: 404 };
    if (method === "GET") return { status: 200, data: { data: kv.data, metadata: { version: kv.version } } };
    const { data, options } = JSON.parse(body) as { data: Record<string, string>; options: { cas: number } };
    if (options.cas !== kv.version) return { status: 400 };
    kv = { data, version: kv.version + 1 };
    events.push(`vault ${data.password} previous ${data.previous}`);
    return { status: 200, data: { version: kv.version } };
}

beforeAll(async () => {
    vaultServer = http.createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
            const { status, data } = answerTo(request.method ?? "", request.url ?? "", body);
            response.writeHead(status).end(data === undefined ? "" : JSON.stringify({ data }));
        });
    });
    await new Promise<void>((listening) => vaultServer.listen(0, "127.0.0.1", listening));
});
beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-accounts-"));
    events = [];
    kv = { data: { password: "old", previous: "" }, version: 3 };
    // the agents of the VMs are asked by ssh: ssh -F CONFIG HOST -- COMMAND
    const ssh = `#!/bin/sh
while [ "$1" != -- ]; do host=$2; shift; done
[ ! -e ${dir}/broken ] || { echo 'the agent is unreachable' >&2; exit 1; }
echo "$host $*" >>${dir}/said
echo '{"rendered": []}'
`;
    fs.writeFileSync(path.join(dir, "ssh"), ssh, { mode: 0o755 });
    process.env.PATH = `${dir}:${searchPath}`;
    coreAgent = net.createServer({ allowHalfOpen: true }, (connection) => {
        connection.on("end", () => connection.end()); // also of one that only looks whether there is an agent
        connection.on("data", (chunk: Buffer) => {
            const { command, kind } = JSON.parse(chunk.toString()) as { command: string; kind: string };
            const vms = fs.existsSync(path.join(dir, "said")) ? ", VMs have it" : "";
            events.push(`core ${command} ${kind}${vms}`);
            connection.write(`${JSON.stringify({ out: '{"rendered": []}', err: "", status: 0 })}\n`);
        });
    });
    await new Promise<void>((listening) => coreAgent.listen(path.join(dir, "socket"), listening));
});
afterEach(async () => {
    process.env.PATH = searchPath;
    await new Promise((closed) => coreAgent.close(closed));
    fs.rmSync(dir, { recursive: true });
});
afterAll(() => new Promise((closed) => vaultServer.close(closed)));

function job(more: Partial<RotationJob> = {}): RotationJob {
    return {
        vault: { address: `http://127.0.0.1:${(vaultServer.address() as net.AddressInfo).port}`, token: "t", ca: "" },
        core: {
            caFile: "/dev/null",
            address: "192.168.64.1",
            runDir: dir,
            dockerHost: "unix:///nowhere",
            container: "core-agent",
            certificates: [],
        },
        sshConfig: "/dev/null",
        vms: [{ name: "sip-1", role: "sip", address: "192.168.64.10", services: ["kamailio"] }],
        accounts: [{ secret: "valkey/kamailio", vms: ["sip-1"] }],
        kinds: ["kv"],
        ...more,
    };
}

const rotate = (more?: Partial<RotationJob>) => {
    const todo = job(more);
    return rotateAccounts(new VaultClient(todo.vault), todo);
};

it("makes the server accept both passwords until all clients have the new one", async () => {
    const { rotated, failures } = await rotate();
    const { password } = kv.data;
    expect(failures).toEqual([]);
    expect(events).toEqual([
        `vault ${password} previous old`,
        "core render kv",
        `vault ${password} previous `,
        "core render kv, VMs have it",
    ]);
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(rotated).toMatchObject([{ name: "secret/valkey/kamailio", from: "version 3", to: "version 5" }]);
});

it("keeps the old one valid if a VM did not get the new one, and reports it", async () => {
    fs.writeFileSync(path.join(dir, "broken"), "");
    const { rotated, failures } = await rotate();
    expect(kv.data.previous).toBe("old");
    expect(rotated).toEqual([]);
    expect(failures).toEqual([
        "passwords of secret/valkey/kamailio: the old ones stay good until the next rotation: sip-1: sip-1: the agent is unreachable",
    ]);
});

it("overwrites nothing that somebody else has written meanwhile", async () => {
    coreAgent.once("connection", () => (kv = { data: { password: "other", previous: "" }, version: 9 }));
    const { failures } = await rotate();
    expect(failures).toEqual([
        expect.stringContaining("Vault refused POST secret/data/valkey/kamailio with status 400"),
    ]);
    expect(kv.data.password).toBe("other");
});

it.each([
    ["of another VM", { vm: "pbx-1" }],
    ["where the core services are somebody else's", { core: undefined }],
])("changes nothing %s", async (_, more) => {
    expect(await rotate(more)).toEqual({ rotated: [], failures: [] });
    expect(events).toEqual([]);
});
