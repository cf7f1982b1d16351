import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { projectDir } from "../../../paths";

const program = `
const { log, runtime } = require("@pulumi/pulumi");
runtime.resetOptions("project", "stack", -1, process.argv[1], process.argv[1], false, "organization");
(async () => {
    await log.debug("for nobody");
    await log.info("for the user");
    process.exit(0);
})();`;

describe("a program of the embedded engine", () => {
    it("sends the engine what it shows, and no debug messages", async () => {
        const messages: string[] = [];
        const log = (call: ServerUnaryCall<LogRequest, Empty>, answer: sendUnaryData<Empty>): void => {
            messages.push(call.request.getMessage());
            answer(null, new Empty());
        };
        const server = new Server();
        server.addService({ log: EngineService.log }, { log });
        try {
            const port = await promisify(server.bindAsync.bind(server))(
                "127.0.0.1:0",
                ServerCredentials.createInsecure(),
            );
            const preload = path.join(projectDir, "process", "embedded-sdk.js");
            const argv = ["--require", preload, "-e", program, `127.0.0.1:${port}`];
            await promisify(execFile)(process.execPath, argv, { cwd: projectDir });
            expect(messages).toEqual(["for the user"]);
        } finally {
            server.forceShutdown();
        }
    });
});
