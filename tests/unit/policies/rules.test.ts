import { fromWire, Secret, type PolicyResource } from "../../../policies/resource";
import * as rules from "../../../policies/rules";
import type { PlatformOutputs, ProxyOutput } from "../../../contract";

const resource = (
    type: string,
    name: string,
    properties: Record<string, unknown>,
    { stack = "dev", parent = "" } = {},
): PolicyResource => ({
    urn: `urn:pulumi:${stack}::voip-stack::${parent ? `${parent}$` : ""}${type}::${name}`,
    type,
    name,
    properties,
});

const vmType = "pulumi-nodejs:dynamic/voip:Vm";
const containerType = "docker:index/container:Container";
const internal = { name: "eth0", network: "internal", address: "192.168.64.30" };
const external = { name: "eth1", network: "external", address: "10.64.0.30" };
const stack = (outputs: Record<string, unknown>): PolicyResource =>
    resource("pulumi:pulumi:Stack", "voip-stack-dev", outputs);
const digest = `sha256:${"a1".repeat(32)}`;

describe("a PBX", () => {
    const vm = (parent: string, nics: unknown): PolicyResource => resource(vmType, "pbx-1-vm", { nics }, { parent });

    it("may not have an external interface", () => {
        expect(rules.pbxInside.check(vm("voip:index:Pbx", [internal, external]))).toEqual([
            "pbx-1-vm has eth1 (10.64.0.30) on network external: a PBX may be on the internal network only.",
        ]);
    });

    it.each([
        ["on the external network, whatever its name", { name: "eth0", network: "external", address: "10.64.0.30" }],
        [
            "named as the external one, whatever its network",
            { name: "eth1", network: "internal", address: "10.64.0.30" },
        ],
    ])("may not have an interface %s", (_, nic) => {
        expect(rules.pbxInside.check(vm("voip:index:Pbx", [nic]))).toHaveLength(1);
    });

    it("may have an internal one, and a SIP proxy both", () => {
        expect(rules.pbxInside.check(vm("voip:index:Pbx", [internal]))).toEqual([]);
        expect(rules.pbxInside.check(vm("voip:index:SipProxy", [internal, external]))).toEqual([]);
        expect(rules.pbxInside.check(vm("voip:index:Pbx", undefined))).toEqual([]);
    });
});

describe("a container", () => {
    const container = (properties: Record<string, unknown>, inStack = "dev"): PolicyResource =>
        resource(containerType, "sip-1-kamailio", properties, { stack: inStack });

    it("may not be privileged", () => {
        const [sentence] = rules.notPrivileged.check(container({ privileged: true }));
        expect(sentence).toMatch(/^sip-1-kamailio is privileged: .* list it with the reason in policies\/rules\.ts\.$/);
        expect(rules.notPrivileged.check(container({ privileged: false }))).toEqual([]);
        expect(rules.notPrivileged.check(container({}))).toEqual([]);
    });

    it("lists every exception with a reason", () => {
        for (const reason of Object.values(rules.privilegedContainers)) expect(reason).toMatch(/\w+ \w+/);
    });

    it.each(["kamailio:6.1", "kamailio", `kamailio:${digest}`])("may not run from image %s in prod", (image) => {
        expect(rules.pinnedInProduction.check(container({ image }, "prod"))).toEqual([
            `sip-1-kamailio uses image ${image}: allowed in prod is NAME@sha256:DIGEST.`,
        ]);
    });

    it("may run from a digest or an image's id in prod, from anything else elsewhere", () => {
        for (const image of [digest, `kamailio@${digest}`, `registry.example/voip/kamailio:6.1@${digest}`, undefined]) {
            expect(rules.pinnedInProduction.check(container({ image }, "prod"))).toEqual([]);
        }
        expect(rules.pinnedInProduction.check(container({ image: "kamailio:6.1" }, "dev"))).toEqual([]);
        expect(rules.pinnedInProduction.check(container({ image: "kamailio:6.1" }, "production-like"))).toEqual([]);
    });

    it("holds for images pulled in prod as well", () => {
        const image = resource(
            "docker:index/remoteImage:RemoteImage",
            "janus",
            { name: "janus:1" },
            { stack: "prod-eu" },
        );
        expect(rules.pinnedInProduction.check(image)).toEqual([
            "janus uses image janus:1: allowed in prod-eu is NAME@sha256:DIGEST.",
        ]);
    });
});

describe("a secret", () => {
    it("may not be in plain among the inputs of our resources", () => {
        const inputs = { users: [{ name: "1001", password: "hunter2" }], apiKey: new Secret("key"), host: "sip-1" };
        expect(rules.secretInputs.check(resource(vmType, "a", inputs))).toEqual([
            "a: users[0].password is in plain: mark it with pulumi.secret().",
        ]);
        expect(rules.secretInputs.check(resource(vmType, "a", { password: new Secret("hunter2") }))).toEqual([]);
        expect(rules.secretInputs.check(resource("random:index:RandomPassword", "a", { password: "x" }))).toEqual([]);
    });

    const generated = resource("random:index/randomPassword:RandomPassword", "1001", {
        result: new Secret("s3cret-1"),
    });

    it("may not be in plain in the outputs, by its name", () => {
        expect(rules.secretOutputs.checkAll([stack({ pbx: { amiPassword: "hunter2" } }), generated])).toEqual([
            "output pbx.amiPassword is in plain: mark it with pulumi.secret().",
        ]);
    });

    it("nor under any other name, when it is a resource's", () => {
        expect(rules.secretOutputs.checkAll([stack({ accounts: [{ code: "s3cret-1" }] }), generated])).toEqual([
            "output accounts[0].code is a secret of 1001, in plain: mark it secret.",
        ]);
    });

    it("may be there as a secret, and unknown values are not judged", () => {
        const outputs = { extensions: new Secret({ "1001": { password: "s3cret-1" } }), token: undefined, port: 5060 };
        expect(rules.secretOutputs.checkAll([stack(outputs), generated])).toEqual([]);
    });
});

describe("the external listener", () => {
    const authority = resource("vault:pkiSecret/secretBackendRole:SecretBackendRole", "kamailio-role", {});
    const proxy = (
        ports: Partial<ProxyOutput["ports"]>,
        plainSip: ProxyOutput["plainSip"] = "allow",
    ): PolicyResource => {
        const one = { name: "sip-1", external: "10.64.0.10", internal: "192.168.64.10" };
        const whole: ProxyOutput = { ...one, ports: { udp: 5060, tcp: 5060, tls: 5061 }, plainSip: "refuse" };
        const outputs = { proxies: [whole, { ...whole, ports, plainSip }] } satisfies Partial<
            Record<keyof PlatformOutputs, unknown>
        >;
        return stack(outputs);
    };

    it("must have TLS once the stack has certificates", () => {
        expect(rules.tlsOutside.checkAll([proxy({ udp: 5060, tcp: 5060 }), authority])).toEqual([
            "the SIP proxy at 10.64.0.10 has no TLS port, though the stack has certificates: give it one.",
        ]);
        expect(rules.tlsOutside.checkAll([proxy({ udp: 5060, tls: 5061 }), authority])).toEqual([]);
        expect(rules.tlsOutside.checkAll([proxy({ udp: 5060 })])).toEqual([]);
        expect(rules.tlsOutside.checkAll([stack({ proxies: [{ external: "10.64.0.10" }] }), authority])).toEqual([]);
    });

    it("is advised not to accept plain SIP", () => {
        expect(rules.noPlainOutside.level).toBe("advisory");
        expect(rules.noPlainOutside.checkAll([proxy({ udp: 5060, tcp: 5060 })])).toEqual([
            "the SIP proxy at 10.64.0.10 accepts SIP in plain (udp 5060, tcp 5060) and has no TLS port.",
        ]);
        expect(rules.noPlainOutside.checkAll([proxy({ tcp: 5060, tls: 5061 })])[0]).toContain("beside TLS 5061");
        for (const plainSip of ["refuse", "drop"] as const) {
            expect(rules.noPlainOutside.checkAll([proxy({ udp: 5060, tls: 5061 }, plainSip)])).toEqual([]);
        }
        expect(rules.noPlainOutside.checkAll([stack({})])).toEqual([]);
    });
});

test("Pulumi's wire format is read with its secrets and unknowns", () => {
    const sig = "4dabf18193072939515e22adb298388d";
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    expect(
        fromWire({
            a: { [sig]: "1b47061264138c4ac30d75fd1eb44270", value: ["x"] },
            b: unknown,
            c: { [sig]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: "y", secret: true },
            d: { [sig]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: 1 },
            e: { [sig]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", secret: true },
        }),
    ).toEqual({ a: new Secret(["x"]), b: undefined, c: new Secret("y"), d: 1, e: new Secret(undefined) });
});
