import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Deployment } from "./deployment";
import type { EventStream, Severity } from "./events";
import { StoppedError } from "./executor";
import { goalOf } from "./goal";
import type { MessageClass, Method, Methods } from "./methods";
import { fromStruct, toStruct } from "./struct";
import { isProviderType, makeUrn } from "./urn";

/**
 * The features that the SDK may use. More is announced than is supported: otherwise the SDK itself would report, if a program
 * uses such a feature, that the Pulumi CLI is too old. This way the request arrives here and is refused with the reason.
 */
const FEATURES: Record<string, proto.ResourceMonitorFeature> = {
    secrets: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
    resourceReferences: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    outputValues: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    aliasSpecs: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    deletedWith: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    // refused
    replaceWith: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    transforms: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    invokeTransforms: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    parameterization: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resourceHooks: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    errorHooks: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    stateMigrations: proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
};

/** What the monitor needs from the operation that it serves. */
export interface MonitorHost {
    project: string;
    stack: string;
    preview: boolean;
    parallel: number;
    events: EventStream;
    /** The program is started while the state is still being read. */
    deployment: Promise<Deployment>;
    /** The program has finished without errors and waits for permission to end. */
    onProgramDone(): void;
}

const unanswered = (): Promise<never> => new Promise(() => undefined);

/** An error is the caller's: the program may continue. */
function handle<Request extends Message>(
    Request: MessageClass<Request>,
    respond: (request: Request) => Promise<Message> | Message,
): Method {
    const answered = async (request: Request): Promise<Message> => {
        try {
            return await respond(request);
        } catch (error) {
            if (error instanceof StoppedError) return unanswered();
            throw error;
        }
    };
    return { Request, respond: answered };
}

/**
 * An error ends the operation. This request and every later one get no answer: the program is ended once the steps in progress
 * are done, and the SDK can't print its own view of the failure.
 */
function step<Request extends Message>(
    host: MonitorHost,
    Request: MessageClass<Request>,
    respond: (request: Request) => Promise<Message>,
): Method {
    return handle(Request, (request: Request) =>
        respond(request).catch(async (error: Error) => {
            (await host.deployment).fail(error);
            return unanswered();
        }),
    );
}

/** An unsupported request ends the operation, however the SDK would handle the answer. */
function refuse(host: MonitorHost, what: string): Method {
    return step(host, Empty, () => Promise.reject(new Error(`the embedded engine does not support ${what}`)));
}

/** The SDK's service `Engine`, for the program and for plugins. */
export function engineMethods(host: MonitorHost): Methods {
    const { events } = host;
    let root = "";
    const severities: Record<number, Severity> = {
        [engine.LogSeverity.INFO]: "info",
        [engine.LogSeverity.WARNING]: "warning",
        [engine.LogSeverity.ERROR]: "error",
    };
    return {
        log: handle(engine.LogRequest, (request) => {
            const severity = severities[request.getSeverity()];
            if (severity) events.diagnostic(severity, request.getMessage(), request.getUrn());
            return new Empty();
        }),
        getRootResource: handle(Empty, () => new engine.GetRootResourceResponse().setUrn(root)),
        setRootResource: handle(engine.SetRootResourceRequest, (request) => {
            root = request.getUrn();
            return new engine.SetRootResourceResponse();
        }),
        startDebugging: refuse(host, "debugging"),
        requirePulumiVersion: refuse(host, "asking for a version of the Pulumi CLI"),
    };
}

async function registerResource(
    host: MonitorHost,
    request: proto.RegisterResourceRequest,
): Promise<proto.RegisterResourceResponse> {
    const deployment = await host.deployment;
    const goal = goalOf(request, host.stack, host.project);
    let reference: string | undefined;
    if (isProviderType(goal.type)) {
        if (request.getVersion()) goal.inputs.version = request.getVersion();
        if (request.getPlugindownloadurl()) {
            goal.inputs.__internal = { pluginDownloadURL: request.getPlugindownloadurl() };
        }
    } else if (goal.custom) {
        reference = await deployment.providerFor(goal.type, {
            reference: request.getProvider(),
            version: request.getVersion(),
            pluginDownloadUrl: request.getPlugindownloadurl(),
        });
    }
    const { urn, id, outputs, unknown } = await deployment.register(goal, reference);
    const response = new proto.RegisterResourceResponse().setUrn(urn).setId(id ?? "");
    return response.setObject(toStruct(outputs)).setUnknown(unknown ?? false);
}

async function invoke(host: MonitorHost, request: proto.ResourceInvokeRequest): Promise<proto.ResourceInvokeResponse> {
    const { result, failures } = await (
        await host.deployment
    ).invoke(request.getTok(), fromStruct(request.getArgs()), {
        reference: request.getProvider(),
        version: request.getVersion(),
        pluginDownloadUrl: request.getPlugindownloadurl(),
    });
    const list = failures.map(({ property, reason }) => new CheckFailure().setProperty(property).setReason(reason));
    return new proto.ResourceInvokeResponse().setReturn(toStruct(result)).setFailuresList(list);
}

async function readResource(
    host: MonitorHost,
    request: proto.ReadResourceRequest,
): Promise<proto.ReadResourceResponse> {
    const parent = request.getParent() || undefined;
    const type = request.getType();
    const { urn, outputs, unknown } = await (
        await host.deployment
    ).read({
        urn: makeUrn(host.stack, host.project, parent, type, request.getName()),
        type,
        parent,
        id: request.getId(),
        inputs: fromStruct(request.getProperties()),
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        provider: {
            reference: request.getProvider(),
            version: request.getVersion(),
            pluginDownloadUrl: request.getPlugindownloadurl(),
        },
    });
    return new proto.ReadResourceResponse()
        .setUrn(urn)
        .setProperties(toStruct(outputs))
        .setUnknown(unknown ?? false);
}

/** The SDK's service `ResourceMonitor`, for the program. */
export function monitorMethods(host: MonitorHost): Methods {
    return {
        getDeploymentInfo: handle(Empty, () =>
            new proto.DeploymentInfo()
                .setProject(host.project)
                .setStack(host.stack)
                .setOrganization("organization")
                .setDryrun(host.preview)
                .setParallel(host.parallel)
                .setSupportedfeaturesList(Object.values(FEATURES)),
        ),
        supportsFeature: handle(proto.SupportsFeatureRequest, (request) =>
            new proto.SupportsFeatureResponse().setHassupport(Object.hasOwn(FEATURES, request.getId())),
        ),
        registerResource: step(host, proto.RegisterResourceRequest, (request) => registerResource(host, request)),
        registerResourceOutputs: step(host, proto.RegisterResourceOutputsRequest, async (request) => {
            await (await host.deployment).registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
            return new Empty();
        }),
        readResource: step(host, proto.ReadResourceRequest, (request) => readResource(host, request)),
        invoke: handle(proto.ResourceInvokeRequest, (request) => invoke(host, request)),
        signalAndWaitForShutdown: handle(Empty, () => {
            host.onProgramDone();
            return new Empty();
        }),
        call: refuse(host, "methods of remote components"),
        existsResource: refuse(host, "asking whether a resource exists"),
        registerStackTransform: refuse(host, "resource transforms"),
        registerStackInvokeTransform: refuse(host, "invoke transforms"),
        registerResourceHook: refuse(host, "resource hooks"),
        registerErrorHook: refuse(host, "error hooks"),
        registerPackage: refuse(host, "parameterized packages"),
    };
}
