import { tally } from "../../../cli/engine/tally";
import { changeLines } from "../../../cli/render/changes";
import { previewText, violationText } from "../../../cli/render/steps";
import { event, step, summary, urnOf } from "./events";

const line = (was: unknown, is: unknown): string[] => changeLines({ property: "p", was, is });

describe("the changes of a resource", () => {
    it("is the old value and the new one", () => {
        expect(line(1, 2)).toEqual(["p: 1 -> 2"]);
        expect(line("a", ["b"])).toEqual(['p: a -> ["b"]']);
    });

    it("says what is new and what goes", () => {
        expect(line(null, "a")).toEqual(["p: set to a"]);
        expect(line("a", null)).toEqual(["p: a -> removed"]);
    });

    it("names the members that differ, and only those", () => {
        const nics = (mac: string) => [
            { name: "eth0", mac: "1" },
            { name: "eth1", mac },
        ];
        expect(line(nics("2"), nics("3"))).toEqual(["p[1].mac: 2 -> 3"]);
        expect(line({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3, d: 4 } })).toEqual(["p.b.c: 2 -> 3", "p.b.d: set to 4"]);
    });

    it("shows long texts from where they begin to differ", () => {
        const long = "0123456789".repeat(20);
        const [shown] = line(`${long}old${long}`, `${long}new${long}`);
        expect(shown).toMatch(/^p: \.\.\.567890?.*old.*\.\.\. -> \.\.\..*new.*\.\.\.$/);
        expect(shown.length).toBeLessThan(150);
        expect(line("a\n  b", "a\n  c")).toEqual(["p: a b -> a c"]);
    });

    it("never shows a secret, as either engine writes it", () => {
        const official = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
        expect(line("[secret]", "[secret]")).toEqual(["p: changed, secret"]);
        expect(line(official, official)).toEqual(["p: changed, secret"]);
        expect(line({ a: official, b: 1 }, { a: "open", b: 1 })).toEqual(["p.a: [secret] -> open"]);
    });

    it("marks what is not known yet", () => {
        expect(line("a", "04da6b54-80e4-46f7-96ec-b56ff0331ba9")).toEqual(["p: a -> [unknown]"]);
        expect(line("a", "[unknown]")).toEqual(["p: a -> [unknown]"]);
    });

    it("is cut if it is too long", () => {
        const lines = line(
            Object.fromEntries([...Array(20).keys()].map((key) => [`k${key}`, 1])),
            Object.fromEntries([...Array(20).keys()].map((key) => [`k${key}`, 2])),
        );
        expect(lines).toHaveLength(9);
        expect(lines.at(-1)).toBe("p: 12 more");
    });
});

/** The events of a preview with one step. */
const preview = (...metadata: Parameters<typeof step>): string => {
    const { steps, counts } = tally([
        event({ resourcePreEvent: { metadata: step(...metadata), planning: true } }),
        summary({ [metadata[0]]: 1 }),
    ]);
    return previewText(steps, counts);
};

describe("a preview", () => {
    it("says what it updates, secrets by name only", () => {
        const [was, is] = [
            { vcpus: 1, password: "[secret]" },
            { vcpus: 2, password: "[secret]" },
        ];
        expect(preview("update", "pbx-1", was, is, { diffs: ["vcpus", "password"] })).toBe(
            ["  ~ Vm pbx-1", "      vcpus: 1 -> 2", "      password: changed, secret", "1 to update"].join("\n"),
        );
    });

    it("gives the property and the reason for each replacement", () => {
        const [was, is] = [
            { nics: [{ mac: "1" }], vmName: "a" },
            { nics: [{ mac: "2" }], vmName: "b" },
        ];
        const keys = ["vmName", "nics[0].mac"];
        expect(preview("replace", "pbx-1", was, is, { keys, diffs: keys })).toBe(
            [
                "  ± Vm pbx-1",
                "      replaced because of vmName: the name is what the hypervisor knows it by",
                "      replaced because of nics[0].mac: the guest takes it at its first start only",
                "      nics[0].mac: 1 -> 2",
                "      vmName: a -> b",
                "1 to replace",
            ].join("\n"),
        );
    });

    it("lists what it creates and deletes", () => {
        expect(preview("create", "a", null, { vcpus: 1 })).toBe("  + Vm a\n1 to create");
        expect(preview("delete", "a", { vcpus: 1 }, null)).toBe("  - Vm a\n1 to delete");
        expect(previewText([], tally([summary({ same: 3 })]).counts)).toBe("  nothing to do\n3 to keep");
    });
});

describe("policies", () => {
    const broken = (enforcementLevel: "advisory" | "mandatory") =>
        event({
            policyEvent: {
                resourceUrn: urnOf("pulumi-nodejs:dynamic/voip:Vm", "pbx-1-vm"),
                message: "A PBX has no interface on the external network.\npbx-1-vm has eth1: it may not.\n",
                color: "never",
                policyName: "pbx-has-no-external-nic",
                policyPackName: "voip-stack",
                policyPackVersion: "1.0.0",
                enforcementLevel,
            },
        });

    it("are one sentence each under both engines", () => {
        const [violation] = tally([broken("mandatory")]).violations;
        expect(violationText(violation)).toBe("policy pbx-has-no-external-nic: pbx-1-vm has eth1: it may not.");
    });

    it("advise at the end of a preview", () => {
        const { steps, counts, violations } = tally([broken("advisory"), summary({ same: 1 })]);
        expect(previewText(steps, counts, violations).split("\n")).toEqual([
            "  nothing to do",
            "advice pbx-has-no-external-nic: pbx-1-vm has eth1: it may not.",
            "1 to keep",
        ]);
    });
});
