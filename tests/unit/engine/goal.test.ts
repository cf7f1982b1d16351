import { Callback } from "@pulumi/pulumi/proto/callback_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import * as aliases from "@pulumi/pulumi/proto/alias_pb";
import { goalOf, seconds } from "../../../engine/goal";
import { toStruct } from "../../../engine/struct";

const request = (): proto.RegisterResourceRequest =>
    new proto.RegisterResourceRequest().setType("t:i:T").setName("a").setCustom(true);
const parent = "urn:pulumi:s::p::t:i:Parent::b";

describe("what the program wants of a resource", () => {
    it("is little where it says little", () => {
        expect(goalOf(request(), "s", "p")).toEqual({
            ...{ urn: "urn:pulumi:s::p::t:i:T::a", type: "t:i:T", custom: true, parent: undefined, inputs: {} },
            ...{ protect: false, dependencies: [], propertyDependencies: {}, deleteBeforeReplace: undefined },
            ...{ ignoreChanges: [], replaceOnChanges: [], additionalSecretOutputs: [], aliases: [] },
            ...{ customTimeouts: undefined, retainOnDelete: false, deletedWith: undefined },
        });
    });

    it("is all that it says", () => {
        const said = request()
            .setParent(parent)
            .setObject(toStruct({ size: 1 }))
            .setProtect(true)
            .setDependenciesList([parent])
            .setDeletebeforereplacedefined(true)
            .setDeletebeforereplace(true)
            .setIgnorechangesList(["size", "*"])
            .setReplaceonchangesList(["size", "triggers[*]"])
            .setAdditionalsecretoutputsList(["pin"])
            .setCustomtimeouts(
                new proto.RegisterResourceRequest.CustomTimeouts().setCreate("90s").setUpdate("5m").setDelete("1h"),
            )
            .setRetainondelete(true)
            .setDeletedwith(parent);
        said.getPropertydependenciesMap().set(
            "size",
            new proto.RegisterResourceRequest.PropertyDependencies().setUrnsList([parent]),
        );
        expect(goalOf(said, "s", "p")).toEqual({
            ...{ urn: "urn:pulumi:s::p::t:i:Parent$t:i:T::a", type: "t:i:T", custom: true, parent },
            ...{ inputs: { size: 1 }, protect: true, dependencies: [parent], propertyDependencies: { size: [parent] } },
            ...{ deleteBeforeReplace: true, ignoreChanges: ["size", "*"], replaceOnChanges: ["size", "triggers[*]"] },
            ...{
                additionalSecretOutputs: ["pin"],
                aliases: [],
                customTimeouts: { create: 90, update: 300, delete: 3600 },
            },
            ...{ retainOnDelete: true, deletedWith: parent },
        });
    });

    it("has only those time limits that are given", () => {
        const limits = new proto.RegisterResourceRequest.CustomTimeouts().setDelete("2m");
        expect(goalOf(request().setCustomtimeouts(limits), "s", "p").customTimeouts).toEqual({ delete: 120 });
        const none = new proto.RegisterResourceRequest.CustomTimeouts();
        expect(goalOf(request().setCustomtimeouts(none), "s", "p").customTimeouts).toBeUndefined();
    });

    it("may have been something else: by its URN, or by what was different then", () => {
        const spec = new aliases.Alias.Spec().setName("old").setType("t:i:Old").setStack("r").setProject("q");
        const said = request()
            .setAliasesList([
                new aliases.Alias().setUrn("urn:one"),
                new aliases.Alias().setSpec(spec),
                new aliases.Alias().setSpec(new aliases.Alias.Spec().setParenturn(parent)),
                new aliases.Alias().setSpec(new aliases.Alias.Spec().setNoparent(true)),
            ])
            .setAliasurnsList(["urn:two"]);
        const none = { name: undefined, type: undefined, parent: undefined, project: undefined, stack: undefined };
        expect(goalOf(said, "s", "p").aliases).toEqual([
            "urn:one",
            { name: "old", type: "t:i:Old", parent: undefined, noParent: false, project: "q", stack: "r" },
            { ...none, parent, noParent: false },
            { ...none, noParent: true },
            "urn:two",
        ]);
    });
});

describe("what the embedded engine does not do", () => {
    it.each<[string, (said: proto.RegisterResourceRequest) => unknown]>([
        ["ignoreChanges inside of a property (a.b, c[0])", (said) => said.setIgnorechangesList(["a.b", "ok", "c[0]"])],
        ["replaceOnChanges inside of a property (a[0], b.c)", (said) => said.setReplaceonchangesList(["a[0]", "b.c"])],
        ["remote components", (said) => said.setRemote(true)],
        ["import", (said) => said.setImportid("7")],
        ["transforms", (said) => said.addTransforms(new Callback())],
        ["state migrations", (said) => said.addStateMigrations(new Callback())],
        ["replaceWith", (said) => said.setReplaceWithList([parent])],
        ["replacementTrigger", (said) => said.setReplacementTrigger(toStruct({ a: 1 }).getFieldsMap().get("a"))],
        ["parameterized packages", (said) => said.setPackageref("x")],
        [
            "hooks",
            (said) => said.setHooks(new proto.RegisterResourceRequest.ResourceHooksBinding().setAfterCreateList(["h"])),
        ],
        ["envVarMappings", (said) => said.getEnvvarmappingsMap().set("A", "B")],
        ["hideDiffs", (said) => said.setHidediffsList(["a"])],
        ["the built-in type pulumi:pulumi:StackReference", (said) => said.setType("pulumi:pulumi:StackReference")],
    ])("%s", (what, say) => {
        const said = request();
        say(said);
        const type = said.getType();
        expect(() => goalOf(said, "s", "p")).toThrow(
            `a (${type}) uses ${what}, which the embedded engine does not support`,
        );
    });

    it("is said of all at once", () => {
        const said = request().setRemote(true).setImportid("7");
        expect(() => goalOf(said, "s", "p")).toThrow("a (t:i:T) uses remote components, import, which");
    });

    it("is no hook that is not bound", () => {
        const hooks = new proto.RegisterResourceRequest.ResourceHooksBinding();
        expect(goalOf(request().setHooks(hooks), "s", "p").urn).toContain("::a");
    });
});

test.each(["", "90", "5 minutes", "m5", "1h 30m", "1d"])("%j is no duration", (text) => {
    expect(() => seconds(text)).toThrow(`customTimeouts: '${text}' is not a duration: write it as 90s, 5m or 1h30m`);
});

test.each([
    ["1.5h", 5400],
    ["0s", 0],
    ["2m30s", 150],
    ["1500ms", 1.5],
])("%s is %d s", (text, value) => expect(seconds(text)).toBe(value));
