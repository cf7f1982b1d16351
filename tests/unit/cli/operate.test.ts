import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { operate } from "../../../cli/commands/operate";
import * as changed from "../../../cli/engine/changed";
import * as ready from "../../../cli/engine/cli-ready";
import type { Operation } from "../../../cli/engine/commandline";
import * as entrances from "../../../cli/engine/entrance";
import * as owner from "../../../cli/engine/owner";
import * as runs from "../../../cli/engine/run";
import { Failure } from "../../../cli/result";
import type { EngineEvent } from "../../../engine/events";

jest.mock("../../../cli/engine/changed");
jest.mock("../../../cli/engine/cli-ready");
jest.mock("../../../cli/engine/entrance");
jest.mock("../../../cli/engine/owner");
jest.mock("../../../cli/engine/run");
jest.mock("../../../cli/commands/prepare", () => ({
    checkedConfig: async () => ({ lab: true, phase: "1" }),
    confirmed: async () => undefined,
    hostPackages: async () => undefined,
    mustBeAnswered: () => undefined,
}));

/** What is done, in order. */
let done: string[];

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
beforeAll(() => (process.env.XDG_STATE_HOME = dir)); // for the durations of operations
afterAll(() => {
    delete process.env.XDG_STATE_HOME;
    fs.rmSync(dir, { recursive: true });
});

beforeEach(() => {
    done = [];
    jest.mocked(changed.isChanged).mockReturnValue(true);
    jest.mocked(entrances.hasResources).mockResolvedValue(true);
    jest.mocked(entrances.isThere).mockResolvedValue(true);
    jest.mocked(entrances.protectedResources).mockResolvedValue([]);
    jest.mocked(ready.readyCli).mockImplementation(async (choice) => {
        done.push("plugins");
        return choice;
    });
    jest.mocked(entrances.entrance).mockImplementation(async (operation) => ({
        wrap: (argv) => [`entrance of ${operation}:`, ...argv],
        isNew: false,
    }));
    jest.mocked(runs.runEngine).mockImplementation(async (_choice, { operation }, wrap) => {
        done.push(wrap([operation]).join(" "));
        return { status: 0, killed: false, interrupted: false, events: [], said: "", log: "" };
    });
});

const doIt = (operation: Operation, engine: "pulumi" | "embedded") =>
    operate(operation, { stack: "dev", engine, yes: true });

describe("an operation", () => {
    it.each(["preview", "up", "refresh", "destroy"] as const)(
        "asks first whose the stack is: %s",
        async (operation) => {
            jest.mocked(entrances.isThere).mockResolvedValue(false);
            jest.mocked(owner.checkOwner).mockRejectedValueOnce(new Error("another's"));
            await expect(doIt(operation, "pulumi")).rejects.toThrow("another's");
            expect(owner.checkOwner).toHaveBeenLastCalledWith("dev", true, operation);
            expect(done).toEqual([]);
            expect(entrances.removeLab).not.toHaveBeenCalled();
        },
    );
});

describe("an operation of the official CLI", () => {
    it.each(["preview", "refresh", "destroy"] as const)(
        "has its plugins before the lab is entered: %s",
        async (operation) => {
            await doIt(operation, "pulumi");
            expect(done).toEqual(["plugins", `entrance of ${operation}: ${operation}`]);
        },
    );

    it("has its policies checked as a preview would be, in the lab's network", async () => {
        await doIt("up", "pulumi");
        expect(done).toEqual(["plugins", "entrance of preview: preview", "entrance of up: up"]);
    });

    it("is not prepared for where there is nothing to do", async () => {
        jest.mocked(entrances.isThere).mockResolvedValue(false);
        jest.mocked(entrances.hasResources).mockResolvedValue(false);
        await doIt("destroy", "pulumi");
        await expect(doIt("refresh", "pulumi")).rejects.toThrow("not up");
        expect(done).toEqual([]);
    });
});

describe("an operation of the embedded engine", () => {
    it("needs no plugin, and no check of policies where nothing has changed", async () => {
        await doIt("up", "embedded");
        jest.mocked(changed.isChanged).mockReturnValue(false);
        await doIt("up", "embedded");
        expect(done).toEqual(["entrance of preview: preview", "entrance of up: up", "entrance of up: up"]);
    });
});

describe("an operation that fails", () => {
    type End = Awaited<ReturnType<typeof runs.runEngine>>;
    const ended = (more: Partial<End>): void =>
        void jest.mocked(runs.runEngine).mockResolvedValue({
            status: 255,
            killed: false,
            interrupted: false,
            events: [],
            said: "",
            log: "/logs/dev-refresh.ndjson",
            ...more,
        });
    const failed = async (engine: "pulumi" | "embedded" = "embedded"): Promise<Failure> => {
        const error: unknown = await doIt("refresh", engine).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Failure);
        return error as Failure;
    };
    const diagnostic = (message: string): EngineEvent =>
        ({ sequence: 1, timestamp: 1, diagnosticEvent: { message, severity: "error" } }) as unknown as EngineEvent;

    it("says what went wrong, where the log is, and ends with 1", async () => {
        ended({ events: [diagnostic("the disk is full")] });
        const failure = await failed();
        expect(failure.message).toBe("refresh failed: the disk is full");
        expect(failure).toMatchObject({ status: 1, log: "/logs/dev-refresh.ndjson" });
        expect(failure.facts).toMatchObject({ stack: "dev", phase: "1", engine: "embedded", failed: [], policies: [] });
    });

    it("reports the engine's output if no event has the error, or its status", async () => {
        ended({ said: "no such module" });
        expect((await failed()).message).toBe("refresh failed: no such module");
        ended({ events: [diagnostic("the disk is full")], said: "no such module" });
        expect((await failed()).message).not.toContain("no such module");
        ended({});
        expect((await failed()).message).toBe("refresh failed: exit status 255");
    });

    it("advises the other engine where the official CLI did not even start", async () => {
        const advice = "--engine embedded runs the same program without it";
        ended({ said: "fetch failed" });
        expect((await failed("pulumi")).message).toBe(`refresh failed: fetch failed\n${advice}`);
        ended({ events: [diagnostic("the disk is full")] });
        expect((await failed("pulumi")).message).not.toContain(advice);
    });

    it("was interrupted, and ends with 130", async () => {
        ended({ interrupted: true, said: "canceled" });
        expect(await failed()).toMatchObject({
            message: "refresh failed: interrupted; run it again to go on",
            status: 130,
        });
    });

    it("was killed, and continues from the recorded state", async () => {
        ended({ killed: true, status: 137 });
        const failure = await failed();
        expect(failure.message).toMatch(/killed by signal 9; run it again: it goes on from what is recorded$/);
        expect(failure.status).toBe(1);
    });
});
