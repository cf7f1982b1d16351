import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "../../../engine/events";
import { Operation } from "../../../engine/operation";
import { listResources, readOutputs } from "../../../engine/outputs";
import type { OperationRequest } from "../../../engine/request";
import { unprotect } from "../../../engine/unprotect";
import { projectDir } from "../../../paths";

const program = `
const pulumi = require("@pulumi/pulumi");
const { RandomPassword, RandomUuid } = require("@pulumi/random");
const config = new pulumi.Config();
const first = new RandomUuid("first", {}, { protect: true });
new RandomUuid("second", { keepers: { first: first.result } });
exports.password = new RandomPassword("password", { length: config.requireNumber("size") }).result;
exports.stack = pulumi.getStack();
console.log("said by the program");
if (config.getBoolean("fails")) process.exit(7); // a status that the engine has to name
`;

const project = `
name: small
runtime: { name: nodejs, options: { typescript: false } }
backend: { url: "file://./state" }
config:
  size: { type: integer, default: 12 }
  pin: { type: string, secret: true, default: "1234" }
`;

const before = { passphrase: process.env.PULUMI_CONFIG_PASSPHRASE, home: process.env.PULUMI_HOME };
let dir: string;
beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    fs.writeFileSync(path.join(dir, "Pulumi.yaml"), project);
    fs.writeFileSync(path.join(dir, "index.js"), program);
    fs.writeFileSync(path.join(dir, "package.json"), '{ "private": true, "main": "index.js" }');
    fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(dir, "node_modules"));
    process.env.PULUMI_CONFIG_PASSPHRASE = "test";
    process.env.PULUMI_HOME = dir; // without any official plugin
});
afterAll(() => {
    fs.rmSync(dir, { recursive: true });
    process.env.PULUMI_CONFIG_PASSPHRASE = before.passphrase;
    process.env.PULUMI_HOME = before.home;
    if (before.passphrase === undefined) delete process.env.PULUMI_CONFIG_PASSPHRASE;
    if (before.home === undefined) delete process.env.PULUMI_HOME;
});

const urn = (name: string): string => listResources("test", dir).find((each) => each.urn.endsWith(`::${name}`))!.urn;

async function run(kind: OperationRequest["kind"], more: { targets?: string[]; interrupted?: boolean } = {}) {
    const events: EngineEvent[] = [];
    const { targets = [] } = more;
    const write = (event: EngineEvent): void => void events.push(event);
    const operation = new Operation({ kind, targets, parallel: 4, projectDir: dir, stack: "test", write });
    if (more.interrupted) operation.interrupt();
    const status = await operation.run();
    const diagnostics = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
    const summary = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent;
    return { status, diagnostics, summary, errors: diagnostics.filter(({ severity }) => severity === "error"), events };
}

const configure = (config: object): void =>
    fs.writeFileSync(path.join(dir, "Pulumi.test.yaml"), JSON.stringify({ config }));

const state = (...names: string[]): string => path.join(dir, "state", ".pulumi", ...names);

interface Recorded {
    kind: string;
    startTime: number;
    endTime: number;
    result: string;
    resourceChanges: object;
    config: object;
}

/** What was recorded last of the operations on the stack. */
function lastRecord(): Recorded {
    const files = fs.readdirSync(state("history", "small", "test")).filter((name) => name.endsWith(".history.json"));
    const file = state("history", "small", "test", files.sort().at(-1)!);
    return JSON.parse(fs.readFileSync(file, "utf8")) as Recorded;
}

describe("a stack that was never made", () => {
    it.each(["refresh", "destroy"] as const)("has nothing to %s", async (kind) => {
        const { status, diagnostics, summary } = await run(kind);
        expect(status).toBe(0);
        expect(diagnostics).toEqual([
            {
                ...{ message: `Stack test was never made: there is nothing to ${kind}.`, severity: "info" },
                color: "never",
            },
        ]);
        expect(summary).toMatchObject({ resourceChanges: {}, isPreview: false, result: "succeeded" });
        expect(await readOutputs("test", { showSecrets: true, projectDir: dir })).toEqual({});
    });

    it("is as it was after a preview of it", async () => {
        const { status, summary } = await run("preview");
        expect(status).toBe(0);
        expect(summary).toMatchObject({ resourceChanges: { create: 4 }, isPreview: true, result: "succeeded" });
        expect(fs.existsSync(state("stacks"))).toBe(false);
    });
});

describe("a stack that is brought up", () => {
    it("has what its program wants, says what that says, and is recorded", async () => {
        const { status, summary, diagnostics, events } = await run("up");
        expect(status).toBe(0);
        expect(summary).toMatchObject({ resourceChanges: { create: 4 }, isPreview: false, result: "succeeded" });
        const root = "urn:pulumi:test::small::pulumi:pulumi:Stack::small-test";
        expect(diagnostics).toEqual([{ urn: root, message: "said by the program", severity: "info", color: "never" }]);
        expect(events[0].preludeEvent).toEqual({ config: { "small:size": "12", "small:pin": "[secret]" } });
        const record = lastRecord();
        expect(record).toMatchObject({
            ...{ kind: "update", result: "succeeded", resourceChanges: { create: 4 }, message: "", version: 0 },
            ...{ config: { "small:size": "12", "small:pin": "[secret]" }, environment: { "exec.kind": "embedded" } },
        });
        expect(Math.abs(Date.now() / 1000 - record.endTime)).toBeLessThan(3600);
        expect(record.endTime - record.startTime).toBeGreaterThanOrEqual(0);
        expect(record.endTime - record.startTime).toBeLessThan(3600);
        expect(fs.readFileSync(state("meta.yaml"), "utf8")).toBe("version: 1\n");
    });

    it("shows its outputs, secrets where they are asked for", async () => {
        const shown = await readOutputs("test", { showSecrets: false, projectDir: dir });
        expect(shown).toEqual({ password: "[secret]", stack: "test" });
        const { password } = await readOutputs("test", { showSecrets: true, projectDir: dir });
        expect(password).toMatch(/^.{12}$/);
    });

    it("lists its resources", () => {
        const listed = listResources("test", dir).map(({ urn: each, ...rest }) => ({
            name: each.split("::").pop(),
            ...rest,
        }));
        expect(listed.map(({ name, protect, custom }) => [name, protect, custom])).toEqual([
            ["small-test", false, false],
            ["default_4_21_2", false, true],
            ...[expect.anything(), expect.anything(), expect.anything()],
        ]);
        expect(listed.find(({ name }) => name === "first")).toMatchObject({ protect: true, custom: true, inputs: {} });
        expect(listed.find(({ name }) => name === "password")).toMatchObject({
            inputs: { length: 12 },
            id: "none",
            outputs: { length: 12 },
        });
    });

    it("stays as it is, and is as its state says", async () => {
        const [up, refresh] = [await run("up"), await run("refresh")];
        expect([up.status, up.summary?.resourceChanges]).toEqual([0, { same: 4 }]);
        expect([refresh.status, refresh.errors, lastRecord().kind]).toEqual([0, [], "refresh"]);
        expect(await run("preview")).toMatchObject({ status: 0, summary: { resourceChanges: { same: 4 } } });
    });

    it("begins nothing where it is interrupted", async () => {
        expect(await run("refresh", { interrupted: true })).toMatchObject({
            status: 130,
            summary: { result: "canceled" },
        });
        expect(lastRecord()).toMatchObject({ kind: "refresh", result: "failed" });
    });

    it("fails with its program, and is recorded as failed", async () => {
        configure({ "small:fails": true });
        const { status, summary, errors } = await run("up");
        expect([status, summary?.result]).toEqual([1, "failed"]);
        expect(errors.map(({ message }) => message)).toEqual(["the program ended with exit status 7"]);
        expect(lastRecord()).toMatchObject({ kind: "update", result: "failed" });
        configure({});
    });
});

describe("a stack that is removed", () => {
    it("keeps what is needed by what stays", async () => {
        const { status, errors } = await run("destroy", { targets: [urn("first")] });
        expect(status).toBe(1);
        expect(errors).toEqual([
            expect.objectContaining({
                message: "It depends on a target of this destroy and is none itself: make it a target too.",
                urn: urn("second"),
            }),
        ]);
        expect(listResources("test", dir)).toHaveLength(5);
    });

    it("loses its targets only", async () => {
        const { status, summary } = await run("destroy", { targets: [urn("second")] });
        expect([status, summary?.resourceChanges]).toEqual([0, { delete: 1, same: 3 }]);
        expect(listResources("test", dir)).toHaveLength(4);
        expect(lastRecord()).toMatchObject({ kind: "destroy", result: "succeeded" });
    });

    it("keeps what is protected, until that is lifted", async () => {
        const kept = await run("destroy", { targets: [urn("first")] });
        expect([kept.status, kept.errors.map(({ urn: each }) => each)]).toEqual([1, [urn("first")]]);
        await unprotect("test", dir, [urn("first")]);
        expect(listResources("test", dir).filter(({ protect }) => protect)).toEqual([]);
        expect(await run("destroy")).toMatchObject({ status: 0, summary: { result: "succeeded" } });
        expect(listResources("test", dir)).toEqual([]);
    });
});

test("no operation leaves its lock", () => {
    const locks = state("locks", "organization", "small", "test");
    expect(fs.readdirSync(locks)).toEqual([]);
});
