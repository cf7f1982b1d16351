import { Server, ServerCredentials, status, type UntypedHandleCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { Message } from "google-protobuf";
import type { Method, Methods } from "../methods";
import { channelOptions } from "./wire";

const handler =
    ({ respond }: Method): UntypedHandleCall =>
    (call: { request: Message }, answer: (error: object | null, response?: Message) => void) => {
        Promise.resolve(respond(call.request)).then(
            (response) => answer(null, response),
            (error: Error) => answer({ code: status.UNKNOWN, details: error.message }),
        );
    };

/** The SDK's service `Engine` over gRPC, for plugins in separate processes. */
export class LogServer {
    private readonly server = new Server(channelOptions);
    readonly address: Promise<string>;

    constructor(methods: Methods) {
        this.server.addService(
            EngineService,
            Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, handler(method)])),
        );
        this.address = new Promise((resolve, reject) => {
            this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(`127.0.0.1:${port}`),
            );
        });
    }

    close(): void {
        this.server.forceShutdown();
    }
}
