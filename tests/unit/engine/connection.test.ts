import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Duplex } from "node:stream";
import { DeploymentInfo, ResourceInvokeRequest, ResourceInvokeResponse } from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { serve } from "../../../engine/connection";
import type { Methods } from "../../../engine/methods";
import { fromStruct, toStruct } from "../../../engine/struct";
import { projectDir } from "../../../paths";
import { frame, reader } from "../../../process/frames";

const preload = path.join(projectDir, "process", "embedded-sdk.js");

/** A program whose `monitor` is the SDK's own client. */
const start = (script: string): ChildProcess =>
    spawn(
        process.execPath,
        [
            ...["--require", preload, "-e"],
            `const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb");
             const { ResourceInvokeRequest } = require("@pulumi/pulumi/proto/resource_pb");
             const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
             const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
             const monitor = new ResourceMonitorClient("fd:3");
             const print = (error, response) => console.log(JSON.stringify(
                 error ? { code: error.code, details: error.details, message: error.message } : response.toObject()));
             ${script}`,
        ],
        { cwd: projectDir, stdio: ["ignore", "pipe", "inherit", "pipe"] },
    );

async function ended(child: ChildProcess): Promise<{ status: number; printed: unknown[] }> {
    let printed = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    const [status] = (await once(child, "close")) as [number];
    const lines = printed.split("\n").filter(Boolean);
    return { status, printed: lines.map((line) => JSON.parse(line) as unknown) };
}

async function run(script: string, methods: Methods): Promise<{ status: number; printed: unknown[] }> {
    const child = start(script);
    serve(child.stdio[3] as Duplex, methods);
    return ended(child);
}

const invoke = (respond: (request: ResourceInvokeRequest) => Promise<ResourceInvokeResponse>): Methods => ({
    invoke: { Request: ResourceInvokeRequest, respond },
});

describe("frames", () => {
    it("are read whole, however the stream cuts them", () => {
        const values = [null, "ä".repeat(300), [1, undefined, { bytes: new Uint8Array([1, 2]) }], -0, Infinity];
        const stream = Buffer.concat(values.map(frame));
        for (const size of [1, 3, 4, 5, 7, 64, stream.length]) {
            const read: unknown[] = [];
            const take = reader((value) => read.push(value));
            for (let at = 0; at < stream.length; at += size) take(stream.subarray(at, at + size));
            expect(read).toEqual(values);
        }
    });
});

describe("the connection of program and engine", () => {
    it("carries requests and answers as gRPC does, with every kind of value", async () => {
        const properties = {
            none: null,
            no: false,
            zero: 0,
            third: 1 / 3,
            empty: "",
            list: [[], {}, "ä"],
            map: { a: { b: 1 } },
        };
        const script = `monitor.invoke(
            new ResourceInvokeRequest().setTok("t").setArgs(Struct.fromJavaScript(${JSON.stringify(properties)})),
            {}, {}, (error, response) => console.log(JSON.stringify(response.getReturn().toJavaScript())));`;
        const asked: unknown[] = [];
        const methods = invoke(async (request) => {
            asked.push(request.getTok(), fromStruct(request.getArgs()));
            return new ResourceInvokeResponse().setReturn(toStruct(fromStruct(request.getArgs())));
        });
        expect(await run(script, methods)).toEqual({ status: 0, printed: [properties] });
        expect(asked).toEqual(["t", properties]);
    });

    it("answers each call when its answer is ready, whatever came first", async () => {
        const script = `for (const tok of ["slow", "quick"]) monitor.invoke(new ResourceInvokeRequest().setTok(tok), (error, response) => {
            console.log(JSON.stringify(tok));
            if (tok === "quick") monitor.getDeploymentInfo(new Empty(), () => undefined);
        });`;
        let release: () => void = () => undefined;
        const released = new Promise<void>((resolve) => (release = resolve));
        const methods: Methods = {
            ...invoke(async (request) => {
                if (request.getTok() === "slow") await released;
                return new ResourceInvokeResponse();
            }),
            getDeploymentInfo: {
                Request: Empty,
                respond: () => {
                    release();
                    return new DeploymentInfo();
                },
            },
        };
        expect(await run(script, methods)).toEqual({ status: 0, printed: ["quick", "slow"] });
    });

    it("passes an error on with its message and gRPC's code", async () => {
        const methods = invoke(() => Promise.reject(new Error("there is no such function")));
        const { printed } = await run(`monitor.invoke(new ResourceInvokeRequest(), print);`, methods);
        const details = "there is no such function";
        expect(printed).toEqual([{ code: 2, details, message: `2 UNKNOWN: ${details}` }]);
    });

    it("answers like gRPC for a method that the engine does not have", async () => {
        const { printed } = await run(`monitor.invoke(new ResourceInvokeRequest(), print);`, {});
        const details = "the embedded engine has no method invoke";
        expect(printed).toEqual([{ code: 12, details, message: `12 UNIMPLEMENTED: ${details}` }]);
    });

    it("fails pending and later requests when the engine is gone", async () => {
        const child = start(`monitor.invoke(new ResourceInvokeRequest(), (error) => {
            print(error);
            monitor.invoke(new ResourceInvokeRequest(), print);
        });`);
        const stream = child.stdio[3] as Duplex;
        stream.once("data", () => stream.destroy());
        const gone = { code: 14, details: "the engine is gone", message: "14 UNAVAILABLE: the engine is gone" };
        expect(await ended(child)).toEqual({ status: 0, printed: [gone, gone] });
    });

    it("is not inherited by what the program starts", async () => {
        const child = start(`
            const { execFileSync } = require("node:child_process");
            monitor.invoke(new ResourceInvokeRequest(), () => {
                const inherited = execFileSync("sh", ["-c", "[ -e /proc/self/fd/3 ] && echo 3 || echo none"], { encoding: "utf8" });
                console.log(JSON.stringify(inherited.trim()));
            });`);
        serve(
            child.stdio[3] as Duplex,
            invoke(async () => new ResourceInvokeResponse()),
        );
        expect(await ended(child)).toEqual({ status: 0, printed: ["none"] });
    });
});
