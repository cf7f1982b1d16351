import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { Kind, RotationJob } from "../../../cli/rotation/job";
import { rotate } from "../../../cli/rotation/rotate";

const channel = (id: string): string => `PJSIP/sip-1-1!from-proxy!*43!2!Up!Echo!!1001!!3!12!!${id}`;

/** VMs that answer what these agents and this Asterisk have answered; a line in `said` for each thing that they were told. */
const sshScript = (dir: string): string => `#!/bin/sh
while [ "$1" != -- ]; do host=$2; shift; done
shift
echo "ssh $*" >>${dir}/said
case "$*" in
*'docker logs'*) cat ${dir}/after ;;
*'core show channels'*) echo 1795370442; cat ${dir}/before ;;
*'render certs'*) echo '{"rendered": [{"name": "kamailio-cert", "kind": "certificate", "from": "0A1B", "to": "0C2D"}]}' ;;
*'render db'*) [ ! -e ${dir}/broken ] || { echo 'the agent is unreachable' >&2; exit 1; }; echo '{"rendered": []}'; touch ${dir}/rendered ;;
*'render kv'*) [ ! -e ${dir}/broken ] || { echo 'the agent is unreachable' >&2; exit 1; }; echo '{"rendered": []}' ;;
*login) cat >/dev/null; echo '{"agent": "ok", "accessor": "n"}'; touch ${dir}/in ;;
esac
`;

describe("a rotation", () => {
    let dir: string;
    let server: http.Server;
    const asked: string[] = [];
    const before = process.env.PATH;

    /** A Vault with one static and one dynamic role, and one AppRole. */
    function answerTo(line: string): { status: number; data?: unknown } {
        const has = (file: string): boolean => fs.existsSync(path.join(dir, file));
        if (line === "GET database/static-roles?list=true") return { status: 200, data: { keys: ["kamailio"] } };
        if (line === "GET database/roles?list=true") return { status: 200, data: { keys: ["asterisk", "freeswitch"] } };
        if (line === "GET database/static-roles/kamailio") {
            const rotations = asked.filter((each) => each === "POST database/rotate-role/kamailio").length;
            return { status: 200, data: { last_vault_rotation: `time ${rotations}` } };
        }
        if (line === "GET sys/leases/lookup/database/creds/asterisk?list=true") {
            return { status: 200, data: { keys: has("rendered") ? ["old", "new"] : ["old"] } };
        }
        if (line.endsWith("role-id")) return { status: 200, data: { role_id: "r" } };
        if (line.endsWith("secret-id?list=true"))
            return { status: 200, data: { keys: has("in") ? ["o", "n"] : ["o"] } };
        if (line.endsWith("secret-id-accessor/lookup")) return { status: 200, data: { metadata: { vm: "sip-1" } } };
        return { status: 204 };
    }

    beforeAll(async () => {
        server = http.createServer((request, response) => {
            const line = `${request.method} ${(request.url ?? "").replace("/v1/", "")}`;
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                asked.push(line.endsWith("revoke") || line.endsWith("destroy") ? `${line} ${body}` : line);
                const wrap = request.headers["x-vault-wrap-ttl"] ? { wrap_info: { token: "w" } } : {};
                const { status, data } = answerTo(line);
                response.writeHead(wrap.wrap_info ? 200 : status).end(JSON.stringify({ data, ...wrap }));
            });
        });
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    });
    beforeEach(() => {
        asked.splice(0);
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-rotate-"));
        fs.writeFileSync(path.join(dir, "ssh"), sshScript(dir), { mode: 0o755 });
        fs.writeFileSync(path.join(dir, "before"), `${channel("pbx-1-7.1")}\n${channel("pbx-1-7.2")}\n`);
        fs.writeFileSync(path.join(dir, "after"), `${channel("pbx-1-7.1")}\ncall pbx-1-7.2 ended, cause 16\n`);
        process.env.PATH = `${dir}:${before}`;
    });
    afterEach(() => {
        process.env.PATH = before;
        fs.rmSync(dir, { recursive: true });
    });
    afterAll(() => new Promise((closed) => server.close(closed)));

    const job = (kinds: Kind[], vm?: string): RotationJob => ({
        vault: { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t", ca: "" },
        sshConfig: "/dev/null",
        vms: [
            { name: "sip-1", role: "sip", address: "192.168.64.10", services: ["kamailio", "pgbouncer"] },
            { name: "pbx-1", role: "pbx", address: "192.168.64.30", services: ["asterisk"] },
        ],
        accounts: [],
        kinds,
        vm,
    });
    const changes = (rotated: { name: string; from: string; to: string }[]): string[] =>
        rotated.map(({ name, from, to }) => `${name}: ${from} -> ${to}`);

    it("of databases changes passwords, renders them, and revokes the old leases, but no new one", async () => {
        const { rotated, failures, callsUp, callsDropped } = await rotate(job(["db"]));
        expect(changes(rotated)).toEqual(["database/kamailio: time 0 -> time 1", "database/asterisk: old -> new"]);
        expect(asked.filter((line) => line.includes("revoke"))).toEqual([
            'POST sys/leases/revoke {"lease_id":"database/creds/asterisk/old","sync":true}',
        ]);
        expect({ failures, callsUp, callsDropped }).toEqual({ failures: [], callsUp: 2, callsDropped: 0 });
    });

    it("keeps the old account if the new one could not be rendered, and reports it", async () => {
        fs.writeFileSync(path.join(dir, "broken"), "");
        const { rotated, failures } = await rotate(job(["db"]));
        expect(failures).toEqual([
            "database passwords on the VMs: sip-1: the agent is unreachable\npbx-1: the agent is unreachable",
        ]);
        expect(rotated.map(({ name }) => name)).toEqual(["database/kamailio"]);
        expect(asked.filter((line) => line.includes("revoke"))).toEqual([]);
    });

    it("of certificates revokes the old ones", async () => {
        const { rotated } = await rotate(job(["certs"], "sip-1"));
        expect(changes(rotated)).toEqual(["sip-1/kamailio-cert: 0A1B -> 0C2D"]);
        expect(asked).toEqual(['POST pki_int/revoke {"serial_number":"0a:1b"}']);
    });

    it("of identities destroys the old secret-ids", async () => {
        const { rotated } = await rotate(job(["approle"], "sip-1"));
        expect(changes(rotated)).toEqual(["sip-1/approle: o -> n"]);
        expect(asked.filter((line) => line.includes("destroy"))).toEqual([
            'POST auth/approle/role/sip-vm-role/secret-id-accessor/destroy {"secret_id_accessor":"o"}',
        ]);
    });

    it("counts a call as dropped that is gone and was not hung up", async () => {
        fs.writeFileSync(path.join(dir, "after"), `${channel("pbx-1-7.1")}\n`);
        expect(await rotate(job([]))).toMatchObject({ callsUp: 2, callsDropped: 1 });
    });

    it("changes nothing when a PBX can't be asked for its calls", async () => {
        fs.writeFileSync(path.join(dir, "ssh"), "#!/bin/sh\nexit 255\n", { mode: 0o755 });
        await expect(rotate(job(["db", "certs"]))).rejects.toThrow(/exit status 255/);
        expect(asked).toEqual([]);
    });
});
