import { projectSchema, validateConfig } from "../../../config";

const schema = projectSchema();
const validated = (values: Record<string, unknown>) =>
    validateConfig(
        schema,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [`voip-stack:${key}`, value])),
        "/nowhere",
    );

const external = { core: "external", lab: false };
const sip = (override: unknown, more = {}) => ({ ...more, vms: { "sip-1": override } });
const suppliers = ["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "PGPASSWORD"];
const before = suppliers.map((name) => [name, process.env[name]] as const);
beforeAll(() => suppliers.forEach((name) => delete process.env[name]));
afterAll(() => before.forEach(([name, value]) => value !== undefined && (process.env[name] = value)));

const network = "allowed is the first address of a network and a prefix of 8 to 24, such as 192.168.64.0/24.";
const bridge = "allowed is the name of a network interface, 1 to 15 letters or digits.";

/** What is wrong: the key, the value it has, and what to do. */
test.each<[Record<string, unknown>, string]>([
    [{ ringSeconds: 4 }, "ringSeconds is 4: allowed is a whole number from 5 to 120 seconds."],
    [{ hypervisor: "xen" }, 'hypervisor is "xen": allowed is libvirt.'],
    [{ sipDomain: "a b" }, 'sipDomain is "a b": allowed is a domain name such as sip.local.'],
    [{ debianSuite: "1x" }, 'debianSuite is "1x": allowed is the name of a suite such as forky.'],
    [
        { debianMirror: "ftp://m" },
        'debianMirror is "ftp://m": allowed is a URL that starts with http://, https:// or file://.',
    ],
    [{ internalBridge: "a.b" }, `internalBridge is "a.b": ${bridge}`],
    [{ externalBridge: "a.b" }, `externalBridge is "a.b": ${bridge}`],
    [
        { internalBridge: "br", externalBridge: "br" },
        'externalBridge is "br": it must differ from voip-stack:internalBridge.',
    ],
    [{ libvirtPool: "-a" }, 'libvirtPool is "-a": allowed is the name of a storage pool, such as default.'],
    [{ libvirtUri: "qemu" }, 'libvirtUri is "qemu": allowed is a libvirt URI such as qemu:///system.'],
    [{ internalCidr: "10.0.0.0/7" }, `internalCidr is "10.0.0.0/7": ${network}`],
    [{ externalCidr: "10.0.0.1/24" }, `externalCidr is "10.0.0.1/24": ${network}`],
    [
        { internalCidr: "10.64.0.0/16" },
        'externalCidr is "10.64.0.0/24": it overlaps voip-stack:internalCidr, 10.64.0.0/16.',
    ],
    [
        { externalGateway: "10.64.1.1" },
        'externalGateway is "10.64.1.1": outside voip-stack:externalCidr, allowed is 10.64.0.1 to 10.64.0.254.',
    ],
    [
        { sipOwner: "kamailio,opensips" },
        'sipOwner is "kamailio,opensips": port 5060 can\'t have 2 owners, exactly one of kamailio, opensips is allowed.',
    ],
    [{ sipOwner: "asterisk" }, 'sipOwner is "asterisk": allowed are kamailio, opensips.'],
    [{ ports: { sip: 0 } }, "ports.sip is 0: allowed is a whole number from 1 to 65535."],
    [
        { ports: { rtpMin: 30_000, rtpMax: 30_099 } },
        "ports.rtpMax is 30099: allowed is at least 100 more than ports.rtpMin, 30000.",
    ],
    [{ extensions: ["0999"] }, 'extensions[0] is "0999": allowed is 1000 to 2999.'],
    [
        { extensions: ["1001", "1002", "1001"] },
        'extensions[2] is "1001": the same as extensions[0], each is allowed once.',
    ],
    [
        { extensions: ["1001"], extensionPasswords: { "1002": "longenough" } },
        'extensionPasswords.1002 is "[secret]": no such extension in voip-stack:extensions.',
    ],
    [
        { asteriskArchive: "none.tar" },
        'asteriskArchive is "none.tar": there is no such file, write one with `docker save -o asterisk.tar IMAGE` and name its path.',
    ],
    [{ vms: { "x-1": {} } }, "vms.x-1 is {}: phase 1 has no such VM, it has sip-1, media-1, pbx-1."],
    [
        sip([]),
        "vms.sip-1 is []: allowed is a map of vcpus, memoryMiB, diskGiB, internalAddress, externalAddress, libvirtUri.",
    ],
    [sip({ vcpus: 0 }), "vms.sip-1.vcpus is 0: allowed is a whole number from 1 to 64 vCPUs."],
    [sip({ diskGiB: 1 }), "vms.sip-1.diskGiB is 1: allowed is a whole number from 4 to 16384 GiB."],
    [
        sip({ internalAddress: "10.0.0.1" }),
        'vms.sip-1.internalAddress is "10.0.0.1": outside voip-stack:internalCidr, allowed is 192.168.64.1 to 192.168.64.254.',
    ],
    [
        sip({ externalAddress: "10.0.0.1" }),
        'vms.sip-1.externalAddress is "10.0.0.1": outside voip-stack:externalCidr, allowed is 10.64.0.1 to 10.64.0.254.',
    ],
    [
        { vms: { "pbx-1": { externalAddress: "10.64.0.9" } } },
        'vms.pbx-1.externalAddress is "10.64.0.9": pbx-1 has no external interface.',
    ],
    [
        sip({ libvirtUri: "qemu:///system" }),
        'vms.sip-1.libvirtUri is "qemu:///system": the VMs of a lab run on its own libvirt, allowed without a lab.',
    ],
    [
        sip({ libvirtUri: "qemu" }, external),
        'vms.sip-1.libvirtUri is "qemu": allowed is a libvirt URI such as qemu:///system.',
    ],
    [{ core: "x" }, 'core is "x": allowed are embedded, external.'],
    [{ lab: false }, 'core is "embedded": it needs voip-stack:lab; outside a lab use core: external.'],
    ...[
        ...["vaultAddress", "vaultCaFile", "vaultToken", "vaultRoleId", "vaultSecretId"],
        ...["postgresHost", "postgresPassword", "postgresCaFile"],
    ].map((key): [Record<string, unknown>, string] => [
        { [key]: "given" },
        `${key} is "...": it is for voip-stack:core external, which is not set.`,
    ]),
    [
        { ...external, vaultAddress: "http://v" },
        'vaultAddress is "http://v": allowed is a URL such as https://vault.example.net:8200.',
    ],
    [
        { ...external, vaultCaFile: "none.pem" },
        'vaultCaFile is "none.pem": there is no such file, allowed is a file in PEM format.',
    ],
    [{ rotation: "daily" }, 'rotation is "daily": allowed are standard, testing, custom.'],
    [
        { rotationTtls: { database: "1h" } },
        'rotationTtls is {"database":"1h"}: it is for rotation custom, not standard.',
    ],
    [
        { rotation: "custom", rotationTtls: { database: "1h", certificate: "1h", token: "1h" } },
        'rotationTtls.token is "1h": no such lifetime, there are database and certificate.',
    ],
    [
        { rotation: "custom", rotationTtls: { database: "59s", certificate: "1h" } },
        'rotationTtls.database is "59s": allowed is a minute or more, such as "90s".',
    ],
    [
        { rotation: "custom", rotationTtls: { database: "1h" } },
        'rotationTtls.certificate is empty: allowed is a minute or more, such as "90s".',
    ],
])("of %j it is said what is wrong", (values, sentence) => {
    expect(validated(values)).toEqual({ problems: [`voip-stack:${sentence}`] });
});

test("what external core services lack is said, with where it may come from", () => {
    const result = validated(external);
    expect("toSupply" in result && result.toSupply).toEqual([
        ...["vaultAddress", "vaultCaFile", "postgresHost"].map((key) => `core is external: set voip-stack:${key}.`),
        "core is external: set voip-stack:postgresPassword or PGPASSWORD in the environment.",
        "core is external: set voip-stack:postgresCaFile.",
        "core is external: set voip-stack:vaultToken or VAULT_TOKEN, or voip-stack:vaultRoleId and vaultSecretId, or VAULT_ROLE_ID and VAULT_SECRET_ID.",
    ]);
});

test.each([
    [{}, 30 * 24 * 3600, 90 * 24 * 3600],
    [{ rotation: "standard" }, 30 * 24 * 3600, 90 * 24 * 3600],
    [{ rotation: "testing" }, 3600, 7200],
    [{ rotation: "custom", rotationTtls: { database: "90s", certificate: "3m" } }, 90, 180],
    [{ rotation: "custom", rotationTtls: { database: "2h", certificate: "60s" } }, 7200, 60],
])("with %j, passwords live for %d s and certificates for %d s", (values, databaseSeconds, certificateSeconds) => {
    const result = validated(values);
    expect("config" in result && result.config.rotation).toEqual({ databaseSeconds, certificateSeconds });
});
