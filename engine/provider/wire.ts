import type { ServiceError } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { annotateSecrets, type PropertyMap } from "../properties";
import { fromStruct } from "../struct";
import { nameOfUrn, typeOfUrn } from "../urn";
import { InitError, UnansweredError, type Checked, type CheckFailure, type Diff } from "./provider";

/** The limit of the SDK's own channels (sdk/nodejs/runtime/settings.ts): properties may hold whole files. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export const channelOptions = {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    // A proxy in the environment is for external servers, not for a local process.
    "grpc.enable_http_proxy": 0,
};

/** A method that the plugin does not have. */
export class UnimplementedError extends Error {}

/** The plugin's own message, without gRPC's decoration, and what it made before it failed. */
export function providerError(error: ServiceError, inputs: PropertyMap): Error {
    const message = error.details || error.message;
    if (error.code === status.UNIMPLEMENTED) return new UnimplementedError(message);
    if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) {
        return new UnansweredError(`the provider's process ended during the operation (${message}): run it again`);
    }
    if (error.code === status.DEADLINE_EXCEEDED) {
        return new UnansweredError(
            "the provider has not answered within the resource's customTimeouts: see what it waits for, or allow more time",
        );
    }
    for (const details of error.metadata?.get("grpc-status-details-bin") ?? []) {
        for (const detail of Status.deserializeBinary(details as Buffer).getDetailsList()) {
            if (detail.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") continue;
            const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
            const outputs = annotateSecrets(fromStruct(failed.getProperties()), inputs);
            // The dynamic provider finds its code in the outputs, and omits it from a half-made resource's.
            if (inputs.__provider !== undefined) outputs.__provider ??= inputs.__provider;
            return new InitError(failed.getId(), outputs, failed.getReasonsList(), message);
        }
    }
    return new Error(message);
}

export const failuresOf = (list: proto.CheckFailure[]): CheckFailure[] =>
    list.map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));

export function checkedOf(response: proto.CheckResponse, news: PropertyMap): Checked {
    return {
        inputs: annotateSecrets(fromStruct(response.getInputs()), news),
        failures: failuresOf(response.getFailuresList()),
    };
}

export function diffOf(response: proto.DiffResponse): Diff {
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    const changes = response.getChanges();
    return {
        changes: changes === DIFF_NONE ? "none" : changes === DIFF_SOME ? "some" : "unknown",
        replaces: response.getReplacesList(),
        diffs: response.getDiffsList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
    };
}

interface ResourceRequest {
    setUrn(urn: string): unknown;
    setName(name: string): unknown;
    setType(type: string): unknown;
}

/** Adds to a request the resource that it is about. */
export function about<T extends ResourceRequest>(request: T, urn: string): T {
    request.setUrn(urn);
    request.setName(nameOfUrn(urn));
    request.setType(typeOfUrn(urn));
    return request;
}
