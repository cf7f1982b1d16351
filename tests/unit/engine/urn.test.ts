import { isDefaultProvider, makeUrn, packageOfType, parseProviderReference, parseUrn } from "../../../engine/urn";

describe("URNs", () => {
    const stack = makeUrn("dev", "voip-stack", undefined, "pulumi:pulumi:Stack", "voip-stack-dev");
    const component = makeUrn("dev", "voip-stack", stack, "voip:index:Pbx", "pbx");

    test("a parent's type is part of the child's, the stack's is not", () => {
        expect(component).toBe("urn:pulumi:dev::voip-stack::voip:index:Pbx::pbx");
        expect(makeUrn("dev", "voip-stack", component, "docker:index/container:Container", "pbx-asterisk")).toBe(
            "urn:pulumi:dev::voip-stack::voip:index:Pbx$docker:index/container:Container::pbx-asterisk",
        );
    });

    test("a name may contain colons", () => {
        const urn = makeUrn("dev", "p", undefined, "pulumi-nodejs:dynamic/voip:Vm", "a::b");
        expect(parseUrn(urn)).toMatchObject({ qualifiedType: "pulumi-nodejs:dynamic/voip:Vm", name: "a::b" });
        expect(() => parseUrn("urn:other")).toThrow("is not a resource's URN");
    });

    test("packages, references and default providers", () => {
        expect(packageOfType("pulumi:providers:docker")).toBe("docker");
        expect(packageOfType("docker:index/container:Container")).toBe("docker");
        const urn = makeUrn("dev", "p", undefined, "pulumi:providers:docker", "default_5_2_0");
        expect(parseProviderReference(`${urn}::id-1`)).toEqual({ urn, id: "id-1" });
        expect(isDefaultProvider(urn)).toBe(true);
        expect(isDefaultProvider(makeUrn("dev", "p", stack, "pulumi:providers:docker", "pbx-1"))).toBe(false);
    });
});
