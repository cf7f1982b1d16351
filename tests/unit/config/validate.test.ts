import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectSchema, secretKeys, stacks, validateConfig, validateStack } from "../../../config";
import { availableContainers } from "../../../config/images";
import { projectDir } from "../../../paths";

const schema = projectSchema();

function check(values: Record<string, unknown>) {
    const raw = Object.fromEntries(Object.entries(values).map(([key, value]) => [`voip-stack:${key}`, value]));
    return validateConfig(schema, raw, os.tmpdir());
}

function problems(values: Record<string, unknown>): string[] {
    const result = check(values);
    return "problems" in result ? result.problems : [];
}

test("every key has a type, a description and a default of that type", () => {
    for (const [key, { type, description, default: value }] of Object.entries(schema)) {
        const actual = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
        expect({ key, type: actual }).toEqual({ key, type });
        expect(description).toMatch(/^[A-Z].{20,}\.$/);
    }
    const marked = Object.keys(schema).filter((key) => schema[key].description.startsWith("Secret."));
    expect(marked).toEqual(secretKeys);
});

test("the defaults alone are a valid configuration", () => {
    expect(check({})).toMatchObject({ config: { phase: "1", lab: true, sipOwner: "kamailio" }, toSupply: [] });
});

test.each(["dev", "testing"])("stack %s is valid and needs nothing supplied", (stack) => {
    expect(validateStack(stack)).toMatchObject({ config: { phase: "1", lab: true }, toSupply: [] });
});

test("an image is built with no archive of what is not configured yet, and up says so", () => {
    const archives = { opensipsArchive: path.join(projectDir, "LICENSE") };
    const result = check({ sipOwner: "opensips", ...archives });
    expect(result).toMatchObject({
        toSupply: ["The configuration of opensips is not part of this version, which runs kamailio, asterisk."],
    });
    if (!("config" in result)) throw new Error("refused");
    expect(availableContainers(result.config)).toEqual({ sip: [], pbx: ["asterisk"], media: [] });
});

test("stack prod is valid and says which images are to be supplied", () => {
    const result = validateStack("prod");
    expect(result).toMatchObject({ config: { phase: "2", lab: false, sipOwner: "opensips" } });
    const toSupply = "toSupply" in result ? result.toSupply : [];
    const images = toSupply.filter((sentence) => sentence.startsWith("The "));
    expect(images.map((sentence) => sentence.split(" ")[1])).toEqual(["opensips", "kamailio", "asterisk"]);
    expect(images[0]).toContain("set voip-stack:opensipsArchive");
});

describe("external core services", () => {
    const checked = (more: Record<string, unknown>) => check({ core: "external", lab: false, ...more });
    const complete = {
        vaultAddress: "https://vault.example.net:8200",
        vaultCaFile: __filename,
        vaultToken: { secure: "v1:..." },
        postgresHost: "db.example.net",
        postgresPassword: { secure: "v1:..." },
        postgresCaFile: __filename,
    };

    test("need nothing more than their addresses, CAs and logins", () => {
        expect(checked(complete)).toMatchObject({
            config: { core: "external", external: { postgresUser: "postgres", vaultCaFile: __filename } },
            toSupply: [],
        });
    });

    test("can be planned without, but not used", () => {
        const result = checked({});
        expect("toSupply" in result && result.toSupply).toHaveLength(6);
        expect("toSupply" in result && result.toSupply.join("\n")).toContain("PGPASSWORD");
    });

    test("are for those who have chosen them", () => {
        expect(checked({ core: "embedded", lab: true, postgresHost: "db" })).toMatchObject({
            problems: [expect.stringContaining("postgresHost")],
        });
        expect(checked({ core: "embedded" })).toMatchObject({
            problems: [expect.stringContaining("use core: external")],
        });
    });
});

test.each([
    [{}, { databaseSeconds: 2_592_000, certificateSeconds: 7_776_000 }],
    [{ rotation: "testing" }, { databaseSeconds: 3600, certificateSeconds: 7200 }],
    [
        { rotation: "custom", rotationTtls: { database: "90s", certificate: "2m" } },
        { databaseSeconds: 90, certificateSeconds: 120 },
    ],
])("rotation %j", (values, rotation) => {
    expect(check(values)).toMatchObject({ config: { rotation } });
});

test.each<[string, Record<string, unknown>, string]>([
    [
        "unknown key",
        { phaze: "1" },
        'voip-stack:phaze is not a known key (value "1"): the nearest is voip-stack:phase.',
    ],
    [
        "custom rotation without lifetimes",
        { rotation: "custom", rotationTtls: { certificate: "10s", database: "1h" } },
        'voip-stack:rotationTtls.certificate is "10s": allowed is a minute or more, such as "90s".',
    ],
    [
        "lifetimes of a rotation that is not custom",
        { rotationTtls: { database: "1h" } },
        'voip-stack:rotationTtls is {"database":"1h"}: it is for rotation custom, not standard.',
    ],
    ["phase 7", { phase: "7" }, 'voip-stack:phase is "7": allowed are 1, 1.5, 2, 2.5, 3, 4.'],
    [
        "address outside the network",
        { vms: { "sip-1": { internalAddress: "10.1.1.1" } } },
        'voip-stack:vms.sip-1.internalAddress is "10.1.1.1": outside voip-stack:internalCidr, ' +
            "allowed is 192.168.64.1 to 192.168.64.254.",
    ],
    [
        "two owners named",
        { sipOwner: "kamailio, opensips" },
        'voip-stack:sipOwner is "kamailio, opensips": port 5060 can\'t have 2 owners, ' +
            "exactly one of kamailio, opensips is allowed.",
    ],
    [
        "two owners by port",
        { ports: { otherSip: 5060 } },
        "voip-stack:ports.otherSip is 5060: port 5060 can't have two owners, voip-stack:sipOwner gives it to kamailio.",
    ],
    [
        "10 MB of RAM",
        { vms: { "pbx-1": { memoryMiB: 10 } } },
        "voip-stack:vms.pbx-1.memoryMiB is 10: allowed is a whole number from 256 to 1048576 MiB.",
    ],
    [
        "missing archive",
        { kamailioArchive: "/nowhere/kamailio.tar" },
        'voip-stack:kamailioArchive is "/nowhere/kamailio.tar": there is no such file, ' +
            "write one with `docker save -o kamailio.tar IMAGE` and name its path.",
    ],
    ["bad extension", { extensions: ["99"] }, 'voip-stack:extensions[0] is "99": allowed is 1000 to 2999.'],
    [
        "extension twice",
        { extensions: ["1001", "1001"] },
        'voip-stack:extensions[1] is "1001": the same as extensions[0], each is allowed once.',
    ],
    ["no extension", { extensions: [] }, "voip-stack:extensions is []: at least one extension is needed."],
    [
        "OpenSIPS from Debian",
        { sipOwner: "opensips" },
        'voip-stack:sipOwner is "opensips": it can\'t be had with imageSource "debian"; save an image with ' +
            "`docker save -o opensips.tar IMAGE` and set voip-stack:opensipsArchive.",
    ],
    [
        "phase that needs OpenSIPS beside Kamailio",
        { phase: "1.5" },
        'voip-stack:phase is "1.5": opensips can\'t be had with imageSource "debian"; save an image with ' +
            "`docker save -o opensips.tar IMAGE` and set voip-stack:opensipsArchive.",
    ],
    ["wrong type", { lab: "maybe" }, 'voip-stack:lab is "maybe": allowed is true or false.'],
    ["no integer", { ringSeconds: 7.5 }, "voip-stack:ringSeconds is 7.5: allowed is a whole number."],
    [
        "no network",
        { internalCidr: "192.168.64.1/24" },
        'voip-stack:internalCidr is "192.168.64.1/24": allowed is the first address of a network and a prefix of 8 to 24, ' +
            "such as 192.168.64.0/24.",
    ],
    [
        "overlapping networks",
        { externalCidr: "192.168.0.0/16" },
        'voip-stack:externalCidr is "192.168.0.0/16": it overlaps voip-stack:internalCidr, 192.168.64.0/24.',
    ],
    [
        "two VMs with one address",
        { vms: { "sip-1": { internalAddress: "192.168.64.30" } } },
        "Address 192.168.64.30 has two owners, sip-1 and pbx-1: exactly one is allowed.",
    ],
    [
        "external address of a PBX",
        { vms: { "pbx-1": { externalAddress: "10.64.0.30" } } },
        'voip-stack:vms.pbx-1.externalAddress is "10.64.0.30": pbx-1 has no external interface.',
    ],
    [
        "VM of a later phase",
        { vms: { "sip-2": { vcpus: 1 } } },
        'voip-stack:vms.sip-2 is {"vcpus":1}: phase 1 has no such VM, it has sip-1, media-1, pbx-1.',
    ],
    [
        "unknown setting of a VM",
        { vms: { "sip-1": { memory: 1024 } } },
        "voip-stack:vms.sip-1.memory is 1024: no such setting, the nearest is memoryMiB.",
    ],
    [
        "unknown port",
        { ports: { asterix: 5 } },
        "voip-stack:ports.asterix is 5: no such port, the nearest is asterisk.",
    ],
    [
        "password of nobody",
        { extensionPasswords: { "1999": "correct-horse" } },
        'voip-stack:extensionPasswords.1999 is "[secret]": no such extension in voip-stack:extensions.',
    ],
])("%s is one sentence", (_, values, sentence) => {
    expect(problems(values)).toContain(sentence);
    expect(problems(values)).toHaveLength(1);
});

test("several mistakes are reported at once", () => {
    const wrong = {
        phaze: "1",
        phase: "7",
        sipOwner: "asterisk",
        extensions: ["1"],
        vms: { "pbx-1": { memoryMiB: 10 } },
    };
    expect(problems(wrong)).toHaveLength(5);
});

test("a key without a namespace is a mistake, a key of Pulumi's own is not", () => {
    expect(validateConfig(schema, { phase: "1" }, "/")).toEqual({
        problems: ['phase is not a known key (value "1"): the nearest is voip-stack:phase.'],
    });
    for (const name of ["pulumi", "command", "docker", "random", "vault", "postgresql"])
        expect(validateConfig(schema, { [`${name}:key`]: "x" }, "/")).toHaveProperty("config");
});

test("values in Pulumi's runtime, all text, mean the same", () => {
    const runtime = check({ lab: "true", ringSeconds: "20", extensions: '["1001"]', vms: '{"pbx-1":{"vcpus":2}}' });
    const yaml = check({ lab: true, ringSeconds: 20, extensions: ["1001"], vms: { "pbx-1": { vcpus: 2 } } });
    expect(runtime).toEqual(yaml);
});

test("an encrypted value is skipped, wherever it is", () => {
    const result = check({
        extensionPasswords: { "1001": { secure: "v1:abc" } },
        extensions: ["1001"],
        sipDomain: { secure: "v1:def" },
    });
    expect(result).toMatchObject({ config: { extensionPasswords: {}, extensions: ["1001"], sipDomain: "sip.local" } });
});

test("a secret is not repeated in a problem", () => {
    expect(problems({ extensionPasswords: { "1001": "short" } })).toEqual([
        'voip-stack:extensionPasswords.1001 is "[secret]": allowed are 8 to 64 printable ASCII characters without spaces.',
    ]);
    expect(problems({ extensionPasswords: "hunter2-hunter2" })).toEqual([
        'voip-stack:extensionPasswords is "[secret]": allowed is a map.',
    ]);
});

describe("a stack's file", () => {
    let directory: string;
    beforeEach(() => {
        directory = fs.mkdtempSync(path.join(os.tmpdir(), "voip-config-"));
        fs.copyFileSync(path.join(__dirname, "../../../Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
    });
    afterEach(() => fs.rmSync(directory, { recursive: true }));

    test("that is missing gives an error with the existing ones", () => {
        fs.writeFileSync(path.join(directory, "Pulumi.dev.yaml"), "");
        expect(validateStack("prd", directory)).toEqual({
            problems: ['Stack "prd" has no file Pulumi.prd.yaml: write one, or choose one of dev.'],
        });
        expect(stacks(directory)).toEqual(["dev"]);
    });

    test("may be empty", () => {
        fs.writeFileSync(path.join(directory, "Pulumi.a.yaml"), "");
        expect(validateStack("a", directory)).toHaveProperty("config");
    });

    test("that is not YAML is reported with its line", () => {
        fs.writeFileSync(path.join(directory, "Pulumi.a.yaml"), "config: [1");
        const result = validateStack("a", directory);
        expect("problems" in result && result.problems[0]).toMatch(/^Pulumi\.a\.yaml is not valid YAML: .* line 1/);
    });

    test("finds a relative archive beside itself", () => {
        fs.writeFileSync(path.join(directory, "k.tar"), "");
        fs.writeFileSync(path.join(directory, "Pulumi.a.yaml"), "config: {voip-stack:kamailioArchive: k.tar}");
        expect(validateStack("a", directory)).toMatchObject({
            config: { archives: { kamailio: path.join(directory, "k.tar") } },
        });
    });
});
