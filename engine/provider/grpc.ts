import { Client, credentials, type MethodDefinition } from "@grpc/grpc-js";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { annotateSecrets, containsUnknowns, unwrapSecrets, type PropertyMap } from "../properties";
import { fromStruct, toStruct } from "../struct";
import type { Checked, Diff, OldResource, OperationOptions, Provider } from "./provider";
import { nameOfUrn } from "../urn";
import { about, channelOptions, checkedOf, diffOf, failuresOf, providerError, UnimplementedError } from "./wire";

const UNKNOWN_DIFF: Diff = { changes: "unknown", replaces: [], diffs: [], deleteBeforeReplace: false };

/** A plugin knows its timeout, and may end the operation itself with a better message. */
const GRACE_MS = 1_000;

/** A provider plugin in a separate process, called as by the official engine (proto/pulumi/provider.proto). */
export class GrpcProvider implements Provider {
    private readonly client: Client;
    private acceptSecrets = false;
    private supportsPreview = false;
    /** False in a preview if the provider's own configuration is not known yet: then it can't be called. */
    private configured = true;

    constructor(
        address: string,
        private readonly stop: () => void,
        /** Whether a resource can be deleted by its inputs alone: dynamic resources can (providers/dynamic.ts). */
        private readonly deletesByInputs = false,
    ) {
        this.client = new Client(address, credentials.createInsecure(), channelOptions);
    }

    private call<Q, R>(
        method: MethodDefinition<Q, R>,
        request: Q,
        inputs: PropertyMap = {},
        timeoutSeconds?: number,
    ): Promise<R> {
        const { path, requestSerialize, responseDeserialize } = method;
        const deadline = timeoutSeconds ? Date.now() + timeoutSeconds * 1000 + GRACE_MS : undefined;
        return new Promise((resolve, reject) => {
            this.client.makeUnaryRequest(
                path,
                requestSerialize,
                responseDeserialize,
                request,
                { deadline },
                (error, response) =>
                    response === undefined ? reject(providerError(error!, inputs)) : resolve(response),
            );
        });
    }

    /** Like {@link call}; returns `otherwise` if the plugin lacks the method. */
    private async callIfThere<Q, R, T>(
        method: MethodDefinition<Q, R>,
        request: Q,
        answer: (response: R) => T,
        otherwise: T,
    ): Promise<T> {
        try {
            return answer(await this.call(method, request));
        } catch (error) {
            if (error instanceof UnimplementedError) return otherwise;
            throw error;
        }
    }

    private seal(map: PropertyMap): Struct {
        return toStruct(this.acceptSecrets ? map : unwrapSecrets(map));
    }

    checkConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        const request = about(new proto.CheckRequest(), urn).setOlds(toStruct(olds)).setNews(toStruct(news));
        const otherwise = { inputs: news, failures: [] };
        return this.callIfThere(service.checkConfig, request, (response) => checkedOf(response, news), otherwise);
    }

    diffConfig(urn: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<Diff> {
        const request = about(new proto.DiffRequest(), urn).setId(id).setNews(toStruct(news));
        request.setOlds(toStruct(olds)).setOldInputs(toStruct(olds));
        return this.callIfThere(service.diffConfig, request, diffOf, UNKNOWN_DIFF);
    }

    async configure(inputs: PropertyMap): Promise<void> {
        this.configured = !containsUnknowns(inputs);
        if (!this.configured) return;
        const request = new proto.ConfigureRequest();
        request
            .setArgs(toStruct(inputs))
            .setAcceptsecrets(true)
            .setSendsOldInputs(true)
            .setSendsOldInputsToDelete(true);
        for (const [key, value] of Object.entries(unwrapSecrets(inputs))) {
            request.getVariablesMap().set(key, typeof value === "string" ? value : JSON.stringify(value));
        }
        const response = await this.call(service.configure, request);
        this.acceptSecrets = response.getAcceptsecrets();
        this.supportsPreview = response.getSupportspreview();
    }

    async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        if (!this.configured) return { inputs: news, failures: [] };
        // The dynamic provider fails without olds, so they are sent even if empty.
        const request = about(new proto.CheckRequest(), urn).setOlds(this.seal(olds)).setNews(this.seal(news));
        return checkedOf(await this.call(service.check, request), news);
    }

    async diff(urn: string, old: OldResource, news: PropertyMap, ignoreChanges: string[]): Promise<Diff> {
        if (!this.configured) return UNKNOWN_DIFF;
        const request = about(new proto.DiffRequest(), urn).setId(old.id).setNews(this.seal(news));
        request.setOlds(this.seal(old.outputs)).setOldInputs(this.seal(old.inputs)).setIgnorechangesList(ignoreChanges);
        return diffOf(await this.call(service.diff, request));
    }

    async create(urn: string, inputs: PropertyMap, options: OperationOptions): ReturnType<Provider["create"]> {
        if (options.preview && !this.configured) return { id: "", outputs: {} };
        if (options.preview && !this.supportsPreview) return { id: "", outputs: inputs };
        const request = about(new proto.CreateRequest(), urn).setProperties(this.seal(inputs));
        request.setPreview(options.preview).setTimeout(options.timeoutSeconds ?? 0);
        const response = await this.call(service.create, request, inputs, options.timeoutSeconds);
        return { id: response.getId(), outputs: annotateSecrets(fromStruct(response.getProperties()), inputs) };
    }

    async read(urn: string, old: OldResource, timeoutSeconds?: number): Promise<OldResource | undefined> {
        const request = about(new proto.ReadRequest(), urn)
            .setId(old.id)
            .setTimeout(timeoutSeconds ?? 0);
        request.setProperties(this.seal(old.outputs)).setInputs(this.seal(old.inputs));
        const response = await this.call(service.read, request, old.inputs, timeoutSeconds);
        if (!response.getId()) return undefined;
        const mark = (map: PropertyMap): PropertyMap => annotateSecrets(annotateSecrets(map, old.inputs), old.outputs);
        return {
            id: response.getId(),
            inputs: response.hasInputs() ? mark(fromStruct(response.getInputs())) : old.inputs,
            outputs: mark(fromStruct(response.getProperties())),
        };
    }

    async update(
        urn: string,
        old: OldResource,
        inputs: PropertyMap,
        ignoreChanges: string[],
        options: OperationOptions,
    ): Promise<PropertyMap> {
        if (options.preview && !this.configured) return {};
        if (options.preview && !this.supportsPreview) return inputs;
        const request = about(new proto.UpdateRequest(), urn).setId(old.id).setNews(this.seal(inputs));
        request.setOlds(this.seal(old.outputs)).setOldInputs(this.seal(old.inputs)).setIgnorechangesList(ignoreChanges);
        request.setPreview(options.preview).setTimeout(options.timeoutSeconds ?? 0);
        const response = await this.call(service.update, request, inputs, options.timeoutSeconds);
        return annotateSecrets(fromStruct(response.getProperties()), inputs);
    }

    async delete(urn: string, old: OldResource, timeoutSeconds?: number): Promise<void> {
        const request = about(new proto.DeleteRequest(), urn)
            .setId(old.id)
            .setTimeout(timeoutSeconds ?? 0);
        request.setProperties(this.seal(old.outputs)).setOldInputs(this.seal(old.inputs));
        await this.call(service.delete, request, {}, timeoutSeconds);
    }

    async discard(urn: string, inputs: PropertyMap, timeoutSeconds?: number): Promise<void> {
        if (this.deletesByInputs) return this.delete(urn, { id: "", inputs, outputs: inputs }, timeoutSeconds);
        throw new Error(
            `${nameOfUrn(urn)} may have been made by a run that was killed, and its plugin can't tell: look for it, ` +
                "remove it, then take it out of the state with `pulumi refresh --clear-pending-creates`",
        );
    }

    async invoke(token: string, args: PropertyMap): ReturnType<Provider["invoke"]> {
        const request = new proto.InvokeRequest();
        const response = await this.call(service.invoke, request.setTok(token).setArgs(this.seal(args)));
        return { result: fromStruct(response.getReturn()), failures: failuresOf(response.getFailuresList()) };
    }

    async close(): Promise<void> {
        this.client.close();
        this.stop();
    }
}
