/*
 * Stands between an engine and an official plugin, and writes down what each asks and answers:
 *
 *     node --require ./process/typescript.js tests/plugins/recorder.ts FILE PLUGIN [argument ...]
 *
 * FILE gets one JSON object a line; secrets stand in it as they went over the wire, so it is no file to keep: assemble.ts
 * makes of it what tests/plugins/recorded holds. How records are taken is in docs/testing.md.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { fromStruct } from "../../engine/struct";
import { channelOptions } from "../../engine/provider/wire";

const [file, plugin, ...pluginArgs] = process.argv.slice(2);

const plain = (struct: Struct | undefined) => (struct ? fromStruct(struct) : undefined);

/** What is kept of a request and its answer, by method. */
const kept: Record<string, (request: Buffer, answer: Buffer) => object> = {
    check(request, answer) {
        const asked = messages.CheckRequest.deserializeBinary(request);
        const said = messages.CheckResponse.deserializeBinary(answer);
        return {
            urn: asked.getUrn(),
            olds: plain(asked.getOlds()),
            news: plain(asked.getNews()),
            inputs: plain(said.getInputs()),
            failures: said.getFailuresList().map((failure) => failure.toObject()),
        };
    },
    diff(request, answer) {
        const asked = messages.DiffRequest.deserializeBinary(request);
        const said = messages.DiffResponse.deserializeBinary(answer);
        return {
            urn: asked.getUrn(),
            id: asked.getId(),
            oldInputs: plain(asked.getOldInputs()),
            olds: plain(asked.getOlds()),
            news: plain(asked.getNews()),
            ignoreChanges: asked.getIgnorechangesList(),
            changes: said.getChanges(),
            diffs: said.getDiffsList(),
            replaces: said.getReplacesList(),
            deleteBeforeReplace: said.getDeletebeforereplace(),
        };
    },
    create(request, answer) {
        const asked = messages.CreateRequest.deserializeBinary(request);
        const said = messages.CreateResponse.deserializeBinary(answer);
        return {
            urn: asked.getUrn(),
            preview: asked.getPreview(),
            inputs: plain(asked.getProperties()),
            id: said.getId(),
            outputs: plain(said.getProperties()),
        };
    },
    read(request, answer) {
        const asked = messages.ReadRequest.deserializeBinary(request);
        const said = messages.ReadResponse.deserializeBinary(answer);
        return {
            urn: asked.getUrn(),
            id: asked.getId(),
            inputs: plain(asked.getInputs()),
            olds: plain(asked.getProperties()),
            readId: said.getId(),
            readInputs: plain(said.getInputs()),
            outputs: plain(said.getProperties()),
        };
    },
    update(request, answer) {
        const asked = messages.UpdateRequest.deserializeBinary(request);
        const said = messages.UpdateResponse.deserializeBinary(answer);
        return {
            urn: asked.getUrn(),
            id: asked.getId(),
            preview: asked.getPreview(),
            oldInputs: plain(asked.getOldInputs()),
            olds: plain(asked.getOlds()),
            news: plain(asked.getNews()),
            outputs: plain(said.getProperties()),
        };
    },
    delete(request) {
        const asked = messages.DeleteRequest.deserializeBinary(request);
        return { urn: asked.getUrn(), id: asked.getId(), olds: plain(asked.getProperties()) };
    },
    checkConfig(request, answer) {
        return kept.check(request, answer);
    },
    diffConfig(request, answer) {
        return kept.diff(request, answer);
    },
    configure(request) {
        const asked = messages.ConfigureRequest.deserializeBinary(request);
        return { args: plain(asked.getArgs()) };
    },
};

const bytes = (buffer: Buffer): Buffer => buffer;

function record(entry: object): void {
    fs.appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** A server that passes every call on, byte for byte. */
function proxy(client: grpc.Client): grpc.Server {
    const server = new grpc.Server(channelOptions);
    const definition: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {};
    const handlers: Record<string, grpc.handleUnaryCall<Buffer, Buffer>> = {};
    for (const [name, { path, requestStream, responseStream }] of Object.entries(services.ResourceProviderService)) {
        if (requestStream || responseStream) continue; // none that our engines use
        const way = { requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes };
        definition[name] = { path, requestStream, responseStream, ...way, responseDeserialize: bytes };
        handlers[name] = (call, respond) => {
            client.makeUnaryRequest(path, bytes, bytes, call.request, call.metadata, (error, answer) => {
                if (kept[name] && error) record({ method: name, error: error.details });
                else if (kept[name] && answer) record({ method: name, ...kept[name](call.request, answer) });
                respond(error, answer);
            });
        };
    }
    server.addService(definition, handlers);
    return server;
}

const child = spawn(plugin, pluginArgs, { stdio: ["inherit", "pipe", "inherit"] });
child.on("exit", (status) => process.exit(status ?? 1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
createInterface({ input: child.stdout }).once("line", (port) => {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
    const server = proxy(client);
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, own) => {
        if (error) throw error;
        process.stdout.write(`${own}\n`);
    });
});
