import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { rotate } from "../../../cli/commands/rotate";
import { StackLock } from "../../../engine/backend/lock";
import * as platformOf from "../../../cli/platform/outputs";
import { Failure } from "../../../cli/result";
import type { RotationJob, RotationReport } from "../../../cli/rotation/job";
import type { PlatformOutputs } from "../../../contract";
import { stackPaths } from "../../../paths";
import * as programs from "../../../process/program";
import { platform } from "./outputs";

jest.mock("../../../cli/platform/outputs");
jest.mock("../../../process/program");

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-rotate-"));
const caFile = path.join(dir, "ca.pem");
fs.writeFileSync(caFile, "CA\n");
afterAll(() => fs.rmSync(dir, { recursive: true }));

const well: RotationReport = {
    rotated: [
        { name: "database/kamailio", from: "yesterday", to: "now", seconds: 1.5 },
        { name: "sip-1/approle", from: "a".repeat(40), to: "b".repeat(41), seconds: 2 },
    ],
    failures: [],
    callsUp: 3,
    callsDropped: 0,
};
let report: RotationReport;
const stack = (more: Partial<PlatformOutputs> = {}) =>
    jest
        .mocked(platformOf.platformOutputs)
        .mockResolvedValue({ ...platform, vault: { token: "provisioning-token", caFile }, ...more });
beforeEach(() => {
    jest.clearAllMocks();
    report = well;
    stack();
    jest.mocked(programs.runProgram).mockImplementation(async () => report);
});

const backend = process.env.PULUMI_BACKEND_URL;
beforeAll(() => (process.env.PULUMI_BACKEND_URL = `file://${dir}`));
afterAll(() => {
    if (backend === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = backend;
});

const job = (): RotationJob => jest.mocked(programs.runProgram).mock.calls[0][1] as RotationJob;

describe("a rotation and an engine", () => {
    const locks = path.join(dir, ".pulumi", "locks", "organization", "voip-stack", "dev");

    it("do not work on a stack at the same time", async () => {
        let during: string[] = [];
        jest.mocked(programs.runProgram).mockImplementation(async () => {
            during = fs.readdirSync(locks);
            await expect(StackLock.take(locks)).rejects.toThrow(/locked/);
            return report;
        });
        await rotate({ stack: "dev" });
        expect(during).toHaveLength(1);
        expect(fs.readdirSync(locks)).toEqual([]);
    });

    it("exclude each other: nothing changes while somebody has the lock", async () => {
        const lock = await StackLock.take(locks);
        await expect(rotate({ stack: "dev" })).rejects.toThrow(/locked/);
        expect(programs.runProgram).not.toHaveBeenCalled();
        lock.release();
    });

    it("leave the lock of a rotation that failed to nobody", async () => {
        jest.mocked(programs.runProgram).mockRejectedValue(new Error("no route"));
        await expect(rotate({ stack: "dev" })).rejects.toThrow("no route");
        expect(fs.readdirSync(locks)).toEqual([]);
    });
});

describe("a rotation", () => {
    it("is of everything, on all VMs and on the core services, from inside of the lab", async () => {
        const services = ["kamailio", "pgbouncer", "valkey-link"];
        stack({ vms: { ...platform.vms, "sip-1": { ...platform.vms["sip-1"], services } } });
        await rotate({ stack: "dev" });
        const [program, , enter] = jest.mocked(programs.runProgram).mock.calls[0];
        expect(program).toBe("cli/rotation/main.ts");
        expect(enter!(["x"]).length).toBeGreaterThan(1);
        const { dataDir, runDir, dockerSocket } = stackPaths("dev");
        expect(job()).toEqual({
            vault: { address: "https://192.168.64.1:8200", token: "provisioning-token", ca: "CA\n" },
            core: {
                caFile,
                address: "192.168.64.1",
                runDir: path.join(runDir, "core", "agent"),
                dockerHost: `unix://${dockerSocket}`,
                container: "core-agent",
                certificates: ["openbao", "postgres", "valkey", "valkey-exporter"].map((server) =>
                    path.join(dataDir, "core", server, "tls", "server.pem"),
                ),
            },
            sshConfig: "/data/ssh/config",
            vms: [
                { name: "sip-1", role: "sip", address: "192.168.64.10", services },
                { name: "pbx-1", role: "pbx", address: "192.168.64.30", services: ["asterisk"] },
                { name: "media-1", role: "media", address: "192.168.64.20", services: ["rtpengine"] },
            ],
            accounts: [
                { secret: "valkey/kamailio", vms: ["sip-1"] },
                { secret: "valkey/exporter", vms: [] },
            ],
            kinds: ["approle", "certs", "db", "kv"],
        });
    });

    it("is of one kind, for one VM, where that is asked for", async () => {
        await rotate({ stack: "dev", only: "certs", vm: "pbx-1" });
        expect(job()).toMatchObject({ kinds: ["certs"], vm: "pbx-1" });
    });

    it("leaves external core services alone, and uses this network without a lab", async () => {
        stack({
            core: { ...platform.core, kind: "external" },
            vault: { token: "t", caFile },
            lab: { ...platform.lab, enabled: false },
        });
        await rotate({ stack: "dev" });
        expect(job()).not.toHaveProperty("core");
        expect(jest.mocked(programs.runProgram).mock.calls[0][2]).toBeUndefined();
    });

    it("reports what has changed, shortened, and the calls", async () => {
        const { facts, text } = await rotate({ stack: "dev" });
        expect(facts).toEqual({ rotated: well.rotated, callsUp: 3, callsDropped: 0 });
        const rows = text.split("\n").map((line) => line.split(/ {2,}/));
        expect(rows).toEqual([
            ["SECRET", "FROM", "TO", "TOOK"],
            ["database/kamailio", "yesterday", "now", "1.5 s"],
            ["sip-1/approle", "a".repeat(40), `${"b".repeat(37)}...`, "2 s"],
            [""],
            ["3 calls up, 0 dropped"],
        ]);
    });

    it.each<[string, Partial<RotationReport>, string]>([
        ["a secret that did not change", { failures: ["database/x: refused"] }, "database/x: refused"],
        ["a call that was dropped", { callsDropped: 1 }, "1 of 3 calls were dropped"],
    ])("is a failure with %s, and says what has changed all the same", async (_what, more, message) => {
        report = { ...well, ...more };
        const failure = (await rotate({ stack: "dev" }).catch((error: unknown) => error)) as Failure;
        expect(failure).toBeInstanceOf(Failure);
        expect(failure.message).toBe(`rotation of stack dev: ${message}`);
        expect(failure.facts).toMatchObject({ rotated: well.rotated, failures: report.failures });
        expect(failure.text).toContain("database/kamailio");
    });

    it("refuses an unknown VM, before anything is asked", async () => {
        const failure = (await rotate({ stack: "dev", vm: "sip-9" }).catch((error: unknown) => error)) as Failure;
        expect(failure).toMatchObject({
            message: "there is no VM sip-9: there are sip-1, pbx-1, media-1",
            status: 2,
        });
        expect(programs.runProgram).not.toHaveBeenCalled();
    });
});
