import * as path from "node:path";
import { EventStream, type EngineEvent } from "../../../engine/events";
import { PolicyPack } from "../../../engine/policies";
import { secret, UNKNOWN_VALUE, type PropertyMap } from "../../../engine/properties";
import { projectDir } from "../../../paths";

const urn = (type: string, name: string): string => `urn:pulumi:dev::voip-stack::${type}::${name}`;
const container = "docker:index/container:Container";
const stack = "pulumi:pulumi:Stack";

describe("the policy pack in the engine", () => {
    const events: EngineEvent[] = [];
    const pack = (): PolicyPack => {
        events.length = 0;
        return new PolicyPack(path.join(projectDir, "policies"), new EventStream((event) => events.push(event)));
    };
    const said = () => events.map(({ policyEvent }) => [policyEvent!.policyName, policyEvent!.enforcementLevel]);
    const analyze = (policies: PolicyPack, type: string, properties: PropertyMap): string[] =>
        policies.analyze({ urn: urn(type, "it"), type, properties });

    it("names the rule that a resource breaks, and counts as violated", () => {
        const policies = pack();
        const [broken, ...more] = analyze(policies, container, { privileged: true });
        expect(more).toEqual([]);
        expect(broken).toMatch(/^.*privileged.*\nit is privileged: /i);
        expect(events[0].policyEvent).toEqual({
            resourceUrn: urn(container, "it"),
            message: broken,
            color: "never",
            policyName: "container-is-not-privileged",
            policyPackName: "voip-stack",
            policyPackVersion: "1.0.0",
            enforcementLevel: "mandatory",
        });
        expect(policies.isViolated).toBe(true);
    });

    it("accepts what complies with the rules, and what can't be known yet", () => {
        const policies = pack();
        expect(analyze(policies, container, { privileged: false })).toEqual([]);
        expect(analyze(policies, container, { privileged: UNKNOWN_VALUE })).toEqual([]);
        expect(policies.isViolated).toBe(false);
        expect(events).toEqual([]);
    });

    it("looks into secrets", () => {
        expect(analyze(pack(), container, { privileged: secret(true) })).toHaveLength(1);
    });

    it("tells a secret from plain text", () => {
        const outputs = (password: PropertyMap[string]) => [
            { urn: urn(stack, "it"), type: stack, properties: { password } },
        ];
        const policies = pack();
        policies.analyzeStack(outputs(secret("correct horse")), urn(stack, "it"));
        expect(said()).toEqual([]);
        policies.analyzeStack(outputs("correct horse"), urn(stack, "it"));
        expect(said()).toEqual([["secret-is-not-plain-in-outputs", "mandatory"]]);
        expect(policies.isViolated).toBe(true);
    });

    it("says advice without counting it as a violation", () => {
        const policies = pack();
        const proxies = [{ external: "192.168.65.10", ports: { udp: 5060, tls: 5061 }, plainSip: "allow" }];
        policies.analyzeStack([{ urn: urn(stack, "it"), type: stack, properties: { proxies } }], urn(stack, "it"));
        expect(said()).toEqual([["external-listener-is-not-plain", "advisory"]]);
        expect(policies.isViolated).toBe(false);
    });

    it("requires the directory of a pack", () => {
        const load = () => new PolicyPack(path.join(projectDir, "docs"), new EventStream(() => undefined));
        expect(load).toThrow(/docs\/PulumiPolicy\.yaml not found: name the directory of a policy pack$/);
    });
});
