import * as engine from "@pulumi/pulumi/proto/engine_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Deployment } from "../../../engine/deployment";
import { EventStream, type EngineEvent } from "../../../engine/events";
import { StoppedError } from "../../../engine/executor";
import { engineMethods, monitorMethods, type MonitorHost } from "../../../engine/monitor";
import { toStruct, fromStruct } from "../../../engine/struct";
import { urnOf } from "./deploying";

const deployment = {
    fail: jest.fn(),
    invoke: jest.fn(),
    providerFor: jest.fn(),
    read: jest.fn(),
    register: jest.fn(),
    registerOutputs: jest.fn(),
};
let events: EngineEvent[];
let done: number;
let host: MonitorHost;
beforeEach(() => {
    jest.resetAllMocks();
    [events, done] = [[], 0];
    host = {
        ...{ project: "p", stack: "s", preview: true, parallel: 3 },
        events: new EventStream((event) => events.push(event)),
        deployment: Promise.resolve(deployment as unknown as Deployment),
        onProgramDone: () => done++,
    };
});

/** What a method of the SDK's services answers. */
const ask = async <T extends Message>(name: string, request: Message): Promise<T> =>
    (await { ...monitorMethods(host), ...engineMethods(host) }[name].respond(request)) as T;

/** Whether a method stays without an answer, as long as nothing else happens. */
async function isSilent(answer: Promise<unknown>): Promise<boolean> {
    const nothing = new Promise((resolve) => setImmediate(() => resolve("nothing")));
    return (await Promise.race([answer, nothing])) === "nothing";
}

describe("the program", () => {
    it("is told where it runs, and what it may ask for", async () => {
        const info = await ask<proto.DeploymentInfo>("getDeploymentInfo", new Empty());
        expect(info.toObject()).toMatchObject({
            ...{ project: "p", stack: "s", organization: "organization", dryrun: true, parallel: 3 },
        });
        const features = [
            ...["secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith", "replaceWith"],
            ...["transforms", "invokeTransforms", "parameterization", "resourceHooks", "errorHooks", "stateMigrations"],
        ];
        expect(info.getSupportedfeaturesList()).toHaveLength(features.length);
        for (const [id, has] of [...features.map((name) => [name, true] as const), ["toString", false] as const]) {
            const request = new proto.SupportsFeatureRequest().setId(id);
            const answer = await ask<proto.SupportsFeatureResponse>("supportsFeature", request);
            expect([id, answer.getHassupport()]).toEqual([id, has]);
        }
    });

    it("has ended when it waits for its leave", async () => {
        expect(done).toBe(0);
        await ask("signalAndWaitForShutdown", new Empty());
        expect(done).toBe(1);
    });

    it("names the resource at the root", async () => {
        const methods = engineMethods(host);
        const root = async (): Promise<string> =>
            ((await methods.getRootResource.respond(new Empty())) as engine.GetRootResourceResponse).getUrn();
        expect(await root()).toBe("");
        await methods.setRootResource.respond(new engine.SetRootResourceRequest().setUrn("urn:root"));
        expect(await root()).toBe("urn:root");
    });

    it.each([
        [engine.LogSeverity.INFO, "info"],
        [engine.LogSeverity.WARNING, "warning"],
        [engine.LogSeverity.ERROR, "error"],
    ])("logs: severity %d is %s", async (severity, name) => {
        await ask("log", new engine.LogRequest().setSeverity(severity).setMessage("m").setUrn("urn:a"));
        expect(events.map(({ diagnosticEvent }) => diagnosticEvent)).toEqual([
            { urn: "urn:a", message: "m", color: "never", severity: name },
        ]);
    });

    it("has what it logs to find its own faults left out", async () => {
        await ask("log", new engine.LogRequest().setSeverity(engine.LogSeverity.DEBUG).setMessage("m"));
        expect(events).toEqual([]);
    });
});

describe("what the embedded engine can't do", () => {
    it.each([
        ["startDebugging", "debugging"],
        ["requirePulumiVersion", "asking for a version of the Pulumi CLI"],
        ["call", "methods of remote components"],
        ["existsResource", "asking whether a resource exists"],
        ["registerStackTransform", "resource transforms"],
        ["registerStackInvokeTransform", "invoke transforms"],
        ["registerResourceHook", "resource hooks"],
        ["registerErrorHook", "error hooks"],
        ["registerPackage", "parameterized packages"],
    ])("%s ends the operation, without an answer", async (method, what) => {
        expect(await isSilent(ask(method, new Empty()))).toBe(true);
        expect(deployment.fail.mock.calls).toEqual([[new Error(`the embedded engine does not support ${what}`)]]);
    });
});

describe("a resource that the program registers", () => {
    const request = (type = "t:i:T"): proto.RegisterResourceRequest =>
        new proto.RegisterResourceRequest()
            .setType(type)
            .setName("a")
            .setCustom(true)
            .setObject(toStruct({ size: 1 }))
            .setVersion("1.2.3")
            .setPlugindownloadurl("https://t.example");
    beforeEach(() => {
        deployment.providerFor.mockResolvedValue("r::1");
        deployment.register.mockResolvedValue({ urn: urnOf("a"), id: "7", outputs: { made: true } });
    });

    it("gets the provider that its request means", async () => {
        const answer = await ask<proto.RegisterResourceResponse>("registerResource", request().setProvider("named::1"));
        expect(deployment.providerFor).toHaveBeenCalledWith("t:i:T", {
            ...{ reference: "named::1", version: "1.2.3", pluginDownloadUrl: "https://t.example" },
        });
        const [[goal, reference]] = deployment.register.mock.calls as [[object, string]];
        expect(goal).toMatchObject({ urn: urnOf("a"), inputs: { size: 1 } });
        expect(reference).toBe("r::1");
        expect([answer.getUrn(), answer.getId(), answer.getUnknown()]).toEqual([urnOf("a"), "7", false]);
        expect(fromStruct(answer.getObject())).toEqual({ made: true });
    });

    it("is not known where it was left out", async () => {
        deployment.register.mockResolvedValue({ urn: urnOf("a"), outputs: {}, unknown: true });
        const answer = await ask<proto.RegisterResourceResponse>("registerResource", request());
        expect([answer.getId(), answer.getUnknown()]).toEqual(["", true]);
    });

    it("is a provider: its version and its plugin's address are part of it", async () => {
        await ask("registerResource", request("pulumi:providers:t"));
        expect(deployment.providerFor).not.toHaveBeenCalled();
        const inputs = { size: 1, version: "1.2.3", __internal: { pluginDownloadURL: "https://t.example" } };
        expect(deployment.register).toHaveBeenCalledWith(expect.objectContaining({ inputs }), undefined);
        await ask("registerResource", request("pulumi:providers:t").setVersion("").setPlugindownloadurl(""));
        expect(deployment.register).toHaveBeenLastCalledWith(
            expect.objectContaining({ inputs: { size: 1 } }),
            undefined,
        );
    });

    it("is a component: it has no provider", async () => {
        await ask("registerResource", request().setCustom(false));
        expect(deployment.providerFor).not.toHaveBeenCalled();
        expect(deployment.register).toHaveBeenCalledWith(expect.objectContaining({ custom: false }), undefined);
    });

    it("fails: that ends the operation, without an answer", async () => {
        deployment.register.mockRejectedValue(new Error("no"));
        expect(await isSilent(ask("registerResource", request()))).toBe(true);
        expect(deployment.fail.mock.calls).toEqual([[new Error("no")]]);
    });
});

describe("the outputs of a component", () => {
    it("are handed on", async () => {
        const request = new proto.RegisterResourceOutputsRequest().setUrn(urnOf("c")).setOutputs(toStruct({ x: 1 }));
        await ask("registerResourceOutputs", request);
        expect(deployment.registerOutputs.mock.calls).toEqual([[urnOf("c"), { x: 1 }]]);
    });
});

describe("a resource that the program looks up", () => {
    const request = (): proto.ReadResourceRequest =>
        new proto.ReadResourceRequest()
            .setType("t:i:T")
            .setName("a")
            .setId("7")
            .setProperties(toStruct({ x: 1 }))
            .setDependenciesList(["urn:b"])
            .setAdditionalsecretoutputsList(["pin"])
            .setProvider("r::1")
            .setVersion("1.2.3")
            .setPlugindownloadurl("https://t.example");

    it("is read with all that was said of it", async () => {
        deployment.read.mockResolvedValue({ urn: urnOf("a"), outputs: { y: 2 } });
        const answer = await ask<proto.ReadResourceResponse>("readResource", request());
        expect(deployment.read).toHaveBeenCalledWith({
            ...{ urn: urnOf("a"), type: "t:i:T", parent: undefined, id: "7", inputs: { x: 1 } },
            ...{ dependencies: ["urn:b"], additionalSecretOutputs: ["pin"] },
            provider: { reference: "r::1", version: "1.2.3", pluginDownloadUrl: "https://t.example" },
        });
        expect([answer.getUrn(), answer.getUnknown()]).toEqual([urnOf("a"), false]);
        expect(fromStruct(answer.getProperties())).toEqual({ y: 2 });
    });

    it("has the type of its parent in its URN, and may be unknown", async () => {
        deployment.read.mockResolvedValue({ urn: "u", outputs: {}, unknown: true });
        const parent = urnOf("p", "t:i:Parent");
        const answer = await ask<proto.ReadResourceResponse>("readResource", request().setParent(parent));
        expect(deployment.read.mock.calls[0][0]).toMatchObject({ urn: urnOf("a", "t:i:Parent$t:i:T"), parent });
        expect(answer.getUnknown()).toBe(true);
    });
});

describe("a function that the program calls", () => {
    const request = new proto.ResourceInvokeRequest()
        .setTok("t:i:f")
        .setArgs(toStruct({ x: 1 }))
        .setProvider("r::1")
        .setVersion("1.2.3")
        .setPlugindownloadurl("https://t.example");

    it("is asked of its provider, and its answer handed back", async () => {
        deployment.invoke.mockResolvedValue({ result: { y: 2 }, failures: [{ property: "x", reason: "is odd" }] });
        const answer = await ask<proto.ResourceInvokeResponse>("invoke", request);
        const provider = { reference: "r::1", version: "1.2.3", pluginDownloadUrl: "https://t.example" };
        expect(deployment.invoke.mock.calls).toEqual([["t:i:f", { x: 1 }, provider]]);
        expect(fromStruct(answer.getReturn())).toEqual({ y: 2 });
        expect(answer.getFailuresList().map((each) => each.toObject())).toEqual([{ property: "x", reason: "is odd" }]);
    });

    it("fails for the program only, which may go on; unless all is stopped", async () => {
        deployment.invoke.mockRejectedValueOnce(new Error("no"));
        await expect(ask("invoke", request)).rejects.toThrow("no");
        expect(deployment.fail).not.toHaveBeenCalled();
        deployment.invoke.mockRejectedValueOnce(new StoppedError());
        expect(await isSilent(ask("invoke", request))).toBe(true);
    });
});
