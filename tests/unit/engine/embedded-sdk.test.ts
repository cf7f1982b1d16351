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

/** Runs a script with what the engine loads into a program; what it prints is JSON. */
async function inProgram<Answer>(script: string): Promise<Answer> {
    const preloads = ["typescript.js", "embedded-sdk.js"].flatMap((name) => [
        "--require",
        path.join(projectDir, "process", name),
    ]);
    const { stdout } = await promisify(execFile)(process.execPath, [...preloads, "-e", script], { cwd: projectDir });
    return JSON.parse(stdout) as Answer;
}

describe("a program of the embedded engine", () => {
    it("loads what traces, serialises or drives programs only when it is used", async () => {
        const script = `
            const { automation } = require("@pulumi/pulumi");
            const tracing = require("@pulumi/pulumi/cmd/run/tracing");
            const late = /node_modules.(execa|typescript|normalize-package-data|@npmcli|@opentelemetry.(sdk-trace|resources))/;
            const loaded = () => Object.keys(require.cache).filter((file) => late.test(file));
            const before = loaded();
            const known = typeof automation.LocalWorkspace.create;
            tracing.start("http://127.0.0.1:9/");
            const traced = tracing.newSpan("a span").isRecording();
            console.log(JSON.stringify({ before, known, traced, after: loaded().length > 0 }));
            process.exit(0);`;
        expect(await inProgram(script)).toEqual({ before: [], known: "function", traced: true, after: true });
    });

    it("knows of which file a function is when it serialises one", async () => {
        const script = `
            const { runtime } = require("@pulumi/pulumi");
            const { getFunctionLocationAsync } = require("@pulumi/pulumi/runtime/closure/v8");
            const own = require(${JSON.stringify(path.join(projectDir, "providers", "dynamic.ts"))});
            (async () => {
                const { text } = await runtime.serializeFunction(() => 42);
                const { file } = await getFunctionLocationAsync(own.storedProvider);
                console.log(JSON.stringify({ serialised: text.includes("42"), file: file.split("/").at(-1) }));
            })();`;
        expect(await inProgram(script)).toEqual({ serialised: true, file: "dynamic.ts" });
    });

    it("does not look for the place in the source where a resource is made", async () => {
        const script = `
            const { Resource } = require("@pulumi/pulumi");
            console.log(JSON.stringify(Resource.callsites()));`;
        expect(await inProgram(script)).toEqual([]);
    });

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
