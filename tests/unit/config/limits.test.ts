import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectSchema, validateConfig } from "../../../config";
import { formatAddress, holds, overlap, parseAddress, parseCidr } from "../../../config/cidr";
import { distance, nearest } from "../../../config/nearest";

const schema = projectSchema();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-limits-"));
afterAll(() => fs.rmSync(dir, { recursive: true }));
fs.writeFileSync(path.join(dir, "ca.pem"), "");

function problems(values: Record<string, unknown>): string[] {
    const raw = Object.fromEntries(Object.entries(values).map(([key, value]) => [`voip-stack:${key}`, value]));
    const result = validateConfig(schema, raw, dir);
    return "problems" in result ? result.problems : [];
}

const custom = (database: unknown, certificate: unknown = "2h") => ({
    rotation: "custom",
    rotationTtls: { database, certificate },
});
const vm = (override: unknown) => ({ vms: { "sip-1": override } });
const external = { core: "external", lab: false };

/** By subject: values that are just allowed, and values that just are not. */
const limits: Record<string, [allowed: Record<string, unknown>[], refused: Record<string, unknown>[]]> = {
    "how long a phone rings": [
        [{ ringSeconds: 5 }, { ringSeconds: 120 }],
        [{ ringSeconds: 4 }, { ringSeconds: 121 }],
    ],
    "a domain": [
        [{ sipDomain: "sip" }, { sipDomain: "a-1.b.c" }, { sipDomain: "SIP.Local" }],
        [{ sipDomain: "" }, { sipDomain: "-a.b" }, { sipDomain: "a-.b" }, { sipDomain: "a..b" }, { sipDomain: "a b" }],
    ],
    "a suite": [
        [{ debianSuite: "forky" }, { debianSuite: "x-1" }],
        [{ debianSuite: "" }, { debianSuite: "1x" }, { debianSuite: "a/b" }],
    ],
    "a mirror": [
        [
            { debianMirror: "" },
            { debianMirror: "http://m/debian" },
            { debianMirror: "https://m" },
            { debianMirror: "file:///m" },
        ],
        [{ debianMirror: "ftp://m" }, { debianMirror: "m" }, { debianMirror: "http://a b" }],
    ],
    "a bridge": [
        [{ internalBridge: "b".repeat(15) }, { externalBridge: "b-1_x" }],
        [
            { internalBridge: "b".repeat(16) },
            { externalBridge: "a.b" },
            { internalBridge: "br-x", externalBridge: "br-x" },
        ],
    ],
    "a pool": [
        [{ libvirtPool: "default" }, { libvirtPool: "a.b-c" }],
        [{ libvirtPool: "-a" }, { libvirtPool: "" }],
    ],
    "a hypervisor's URI": [
        [{ libvirtUri: "qemu:///system" }, { libvirtUri: "qemu+ssh://root@h/system" }],
        [{ libvirtUri: "qemu" }, { libvirtUri: "//h" }],
    ],
    "a network": [
        [{ internalCidr: "10.0.0.0/8", externalCidr: "192.168.1.0/24" }],
        [{ internalCidr: "10.0.0.0/7" }, { internalCidr: "192.168.64.0/25" }, { internalCidr: "192.168.64.0" }],
    ],
    "a gateway": [
        [{ externalGateway: "" }, { externalGateway: "10.64.0.1" }, { externalGateway: "10.64.0.254" }],
        [
            { externalGateway: "10.64.0.0" },
            { externalGateway: "10.64.0.255" },
            { externalGateway: "10.64.1.1" },
            { externalGateway: "gw" },
        ],
    ],
    "a port": [
        [{ ports: { sip: 1 } }, { ports: { sip: 65_535 } }],
        [{ ports: { sip: 0 } }, { ports: { sip: 65_536 } }, { ports: { sip: "x" } }],
    ],
    "the ports of RTP": [
        [{ ports: { rtpMin: 30_000, rtpMax: 30_100 } }],
        [{ ports: { rtpMin: 30_000, rtpMax: 30_099 } }],
    ],
    "an extension": [
        [{ extensions: ["1000"] }, { extensions: ["2999"] }],
        [{ extensions: ["0999"] }, { extensions: ["3000"] }, { extensions: ["10000"] }],
    ],
    "a phone's password": [
        [
            { extensions: ["1001"], extensionPasswords: { "1001": "x".repeat(8) } },
            { extensions: ["1001"], extensionPasswords: { "1001": "~".repeat(64) } },
        ],
        [
            { extensions: ["1001"], extensionPasswords: { "1001": "x".repeat(7) } },
            { extensions: ["1001"], extensionPasswords: { "1001": "x".repeat(65) } },
            { extensions: ["1001"], extensionPasswords: { "1001": "with a space" } },
        ],
    ],
    "a VM's size": [
        [vm({ vcpus: 1, memoryMiB: 256, diskGiB: 4 }), vm({ vcpus: 64, memoryMiB: 1_048_576, diskGiB: 16_384 })],
        [
            vm({ vcpus: 0 }),
            vm({ vcpus: 65 }),
            vm({ memoryMiB: 255 }),
            vm({ memoryMiB: 1_048_577 }),
            vm({ diskGiB: 3 }),
            vm({ diskGiB: 16_385 }),
        ],
    ],
    "a VM's settings": [
        [vm({}), vm({ externalAddress: "10.64.0.99" }), { ...external, ...vm({ libvirtUri: "qemu:///system" }) }],
        [
            vm([]),
            vm(null),
            vm("big"),
            vm({ externalAddress: "10.65.0.1" }),
            vm({ libvirtUri: "qemu:///system" }), // those of a lab are its own
            { ...external, ...vm({ libvirtUri: "qemu" }) },
        ],
    ],
    "a password's life": [
        [custom("60s"), custom("1m"), custom("2h", "90s")],
        [
            custom("59s"),
            custom("0m"),
            custom(90),
            custom("1d"),
            custom("1h", "x"),
            { ...custom("1h"), rotationTtls: { database: "1h" } },
        ],
    ],
    "the lives there are": [
        [custom("1h")],
        [
            { rotation: "custom", rotationTtls: { database: "1h", certificate: "1h", token: "1h" } },
            { rotation: "daily" },
        ],
    ],
    "core services of the stack": [
        [{}],
        [
            { lab: false },
            { vaultAddress: "https://v" },
            { vaultToken: "t" },
            { vaultRoleId: "r" },
            { vaultSecretId: "s" },
            { vaultCaFile: "ca.pem" },
            { postgresHost: "h" },
            { postgresPassword: "p" },
            { postgresCaFile: "ca.pem" },
        ],
    ],
    "core services of others": [
        [external, { ...external, vaultAddress: "https://v:8200", vaultCaFile: "ca.pem", postgresCaFile: "ca.pem" }],
        [
            { ...external, vaultAddress: "http://v" },
            { ...external, vaultAddress: "https://v/v1" },
            { ...external, vaultCaFile: "none.pem" },
            { ...external, postgresCaFile: "none.pem" },
            { core: "elsewhere" },
        ],
    ],
};

describe.each(Object.entries(limits))("%s", (_subject, [allowed, refused]) => {
    it.each(allowed.map((values) => [values]))("may be %j", (values) => expect(problems(values)).toEqual([]));
    it.each(refused.map((values) => [values]))("may not be %j", (values) => expect(problems(values)).toHaveLength(1));
});

describe("what external core services lack", () => {
    const variables = ["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "PGPASSWORD"];
    const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
    beforeEach(() => variables.forEach((name) => delete process.env[name]));
    afterAll(() =>
        variables.forEach((name) =>
            before[name] === undefined ? delete process.env[name] : (process.env[name] = before[name]),
        ),
    );
    const lacking = (values: Record<string, unknown>): string[] => {
        const raw = Object.entries({ ...external, ...values }).map(([key, value]) => [`voip-stack:${key}`, value]);
        const result = validateConfig(schema, Object.fromEntries(raw), dir);
        if (!("toSupply" in result)) throw new Error(result.problems.join(" "));
        return result.toSupply.flatMap((sentence) => [...sentence.matchAll(/voip-stack:(\w+)/g)].map(([, key]) => key));
    };
    const servers = {
        vaultAddress: "https://v:8200",
        vaultCaFile: "ca.pem",
        postgresHost: "h",
        postgresCaFile: "ca.pem",
        postgresPassword: "p",
    };

    it.each(Object.keys(servers))("is named: %s", (key) => {
        expect(lacking({ ...servers, vaultToken: "t", [key]: "" })).toEqual([key]);
    });

    it("is a login to Vault: a token, or an AppRole as a whole", () => {
        const either = ["vaultToken", "vaultRoleId"];
        expect(lacking({ ...servers })).toEqual(either);
        expect(lacking({ ...servers, vaultRoleId: "r" })).toEqual(either);
        expect(lacking({ ...servers, vaultSecretId: "s" })).toEqual(either);
        expect(lacking({ ...servers, vaultRoleId: "r", vaultSecretId: "s" })).toEqual([]);
        expect(lacking({ ...servers, vaultToken: "t" })).toEqual([]);
    });

    it("may be in the environment", () => {
        process.env.PGPASSWORD = "p";
        process.env.VAULT_TOKEN = "t";
        expect(lacking({ ...servers, postgresPassword: "" })).toEqual([]);
        delete process.env.VAULT_TOKEN;
        Object.assign(process.env, { VAULT_ROLE_ID: "r", VAULT_SECRET_ID: "s" });
        expect(lacking({ ...servers, postgresPassword: "" })).toEqual([]);
    });
});

describe("an IPv4 network", () => {
    it("is an address without host bits", () => {
        expect(parseCidr("192.168.64.0/24")).toEqual({ network: 0xc0a84000, prefix: 24 });
        expect(parseCidr("192.168.64.1/24")).toBeUndefined();
        expect(parseCidr("192.168.1.0/22")).toBeUndefined();
    });

    it("has hosts, between its own address and its broadcast address", () => {
        const cidr = { network: 256, prefix: 24 };
        expect([256, 257, 510, 511].map((address) => holds(cidr, address))).toEqual([false, true, true, false]);
    });

    it("overlaps what is inside of it or around it, and not its neighbour", () => {
        const cidr = (text: string) => parseCidr(text)!;
        const [small, large, next] = [cidr("10.1.0.0/24"), cidr("10.1.0.0/16"), cidr("10.1.1.0/24")];
        expect([overlap(small, large), overlap(large, small), overlap(small, small)]).toEqual([true, true, true]);
        expect([overlap(small, next), overlap(next, small)]).toEqual([false, false]);
    });

    it.each(["0.0.0.0", "1.2.3.4", "255.255.255.255"])("has addresses that are numbers: %s", (text) => {
        expect(formatAddress(parseAddress(text)!)).toBe(text);
    });

    it.each(["256.0.0.1", "1.2.3", "1.2.3.4.5", "a.b.c.d", "1.2.3.-4"])("has no address %s", (text) => {
        expect(parseAddress(text)).toBeUndefined();
    });
});

test.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["abc", "", 3],
    ["same", "same", 0],
    ["ab", "ba", 2],
])("%j is %j in %i steps", (a, b, steps) => expect(distance(a, b)).toBe(steps));

test("the nearest name is the one of fewest changes, whatever its case; the first of several", () => {
    expect(nearest("PHAZE", ["protect", "phase", "place"])).toBe("phase");
    expect(nearest("xx", ["ab", "cd"])).toBe("ab");
});
