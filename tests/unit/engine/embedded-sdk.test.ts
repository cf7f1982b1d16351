import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { serve } from "../../../engine/connection";
import type { Methods } from "../../../engine/methods";
import { projectDir } from "../../../paths";

/** Ends by itself once its messages are answered. */
const program = `
const { log, runtime } = require("@pulumi/pulumi");
runtime.resetOptions("project", "stack", -1, "fd:3", "fd:3", false, "organization");
(async () => {
    await log.debug("for nobody");
    await log.info("for the user");
    console.log("gRPC:", Object.keys(require.cache).some((file) => file.includes("grpc-js")));
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
            const late = /node_modules.(execa|typescript|normalize-package-data|semver|source-map.lib|@npmcli|@opentelemetry)/;
            const loaded = () => Object.keys(require.cache).filter((file) => late.test(file));
            const before = loaded();
            const known = typeof automation.LocalWorkspace.create;
            tracing.start("http://127.0.0.1:9/");
            const traced = tracing.newSpan("a span").isRecording();
            console.log(JSON.stringify({ before, known, traced, after: loaded().length > 0 }));
            process.exit(0);`;
        expect(await inProgram(script)).toEqual({ before: [], known: "function", traced: true, after: true });
    });

    it("knows the file of a function that it serialises", async () => {
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

    it("still counts the promises that are waited for when it ends", async () => {
        const script = `
            require("@pulumi/pulumi");
            const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
            for (const each of [new Promise(() => undefined), new Promise(() => undefined), Promise.resolve(), Promise.reject({})])
                debuggablePromise(each, "a test").catch(() => undefined);
            console.log("[]");`;
        await expect(inProgram(script)).rejects.toMatchObject({
            code: 1,
            stderr: expect.stringContaining("detected that 2 promises were still active"),
        });
    });

    it("does not determine the source position of a resource", async () => {
        const script = `
            const { Resource } = require("@pulumi/pulumi");
            console.log(JSON.stringify(Resource.callsites()));`;
        expect(await inProgram(script)).toEqual([]);
    });

    it("sends the engine what it shows, and no debug messages, over its descriptor and without gRPC", async () => {
        const preload = path.join(projectDir, "process", "embedded-sdk.js");
        const child = spawn(process.execPath, ["--require", preload, "-e", program], {
            cwd: projectDir,
            stdio: ["ignore", "pipe", "inherit", "pipe"],
        });
        const messages: string[] = [];
        const engine: Methods = {
            log: {
                Request: LogRequest,
                respond: (request) => {
                    messages.push((request as LogRequest).getMessage());
                    return new Empty();
                },
            },
        };
        serve(child.stdio[3] as Duplex, engine);
        let printed = "";
        child.stdout!.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
        const [status] = (await once(child, "close")) as [number];
        expect({ status, printed, messages }).toEqual({
            status: 0,
            printed: "gRPC: false\n",
            messages: ["for the user"],
        });
    });
});
