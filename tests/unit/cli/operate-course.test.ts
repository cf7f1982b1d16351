import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as systemd from "../../../cli/boot/systemd";
import { operate, type OperateOptions } from "../../../cli/commands/operate";
import * as prepare from "../../../cli/commands/prepare";
import type { Operation } from "../../../cli/engine/commandline";
import * as entrances from "../../../cli/engine/entrance";
import * as runs from "../../../cli/engine/run";
import type { Failure } from "../../../cli/result";
import type { EngineEvent } from "../../../engine/events";

jest.mock("../../../cli/boot/systemd");
jest.mock("../../../cli/engine/changed", () => ({ isChanged: () => true }));
jest.mock("../../../cli/engine/entrance");
jest.mock("../../../cli/engine/owner");
jest.mock("../../../cli/engine/run");
jest.mock("../../../cli/commands/prepare");

const guardedVm = { urn: "urn:vm", type: "Vm", name: "db" };
const urn = "urn:pulumi:dev::p::t:i:Vm::db";

/** What is done, in order, and what is said meanwhile. */
let done: string[];
let said: string;
/** What the engine ends with, by operation. */
let ends: Partial<Record<Operation, { status?: number; events?: object[] }>>;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
beforeAll(() => (process.env.XDG_STATE_HOME = dir)); // for the durations of operations
afterAll(() => {
    delete process.env.XDG_STATE_HOME;
    fs.rmSync(dir, { recursive: true });
});

beforeEach(() => {
    jest.resetAllMocks();
    [done, said, ends] = [[], "", {}];
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
        said += String(text);
        return true;
    });
    there({});
    jest.mocked(entrances.entrance).mockImplementation(async (operation) => {
        done.push(`entrance of ${operation}`);
        return { wrap: (argv) => argv, isNew: false };
    });
    jest.mocked(entrances.removeLab).mockImplementation(async () => void done.push("remove lab"));
    jest.mocked(entrances.liftProtection).mockImplementation(async (_stack, resources) => {
        done.push(`unprotect ${resources.map(({ name }) => name).join()}`);
    });
    jest.mocked(prepare.hostPackages).mockImplementation(async () => void done.push("packages"));
    jest.mocked(prepare.confirmed).mockImplementation(async (operation, yes, show) => {
        done.push(`confirm ${operation}: ${yes}`);
        if (!yes) await show();
    });
    jest.mocked(prepare.confirmedByName).mockImplementation(async () => void done.push("confirm by name"));
    jest.mocked(prepare.mustBeAnswered).mockImplementation((operation, yes) => {
        done.push(`answer ${operation}: ${yes}`);
    });
    jest.mocked(runs.runEngine).mockImplementation(async (_choice, { operation }) => {
        done.push(`run ${operation}`);
        const { status = 0, events = [] } = ends[operation] ?? {};
        return { status, killed: false, interrupted: false, events: events as EngineEvent[], said: "", log: "" };
    });
});
afterEach(() => jest.restoreAllMocks());

/** What there is of the stack. */
function there({ lab = true, resources = true, any = true, guarded = false }): void {
    jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab, phase: "2" } as never);
    jest.mocked(entrances.hasResources).mockResolvedValue(resources);
    jest.mocked(entrances.isThere).mockResolvedValue(any);
    jest.mocked(entrances.protectedResources).mockResolvedValue(guarded ? [guardedVm] : []);
}

const doIt = (operation: Operation, more: Partial<OperateOptions> = {}) =>
    operate(operation, { stack: "dev", engine: "embedded", ...more });

describe("an up", () => {
    it("is confirmed, has its packages, and then enters the lab", async () => {
        await doIt("up", { confirm: "dev" });
        expect(done).toEqual(["answer up: true", "confirm up: true", "packages", "entrance of up", "run up"]);
    });

    it("shows what it would do to a person who is asked", async () => {
        ends.preview = { events: [{ summaryEvent: { resourceChanges: { create: 3 } } }] };
        await doIt("up", { confirm: "prod" });
        expect(done).toEqual([
            ...["answer up: false", "confirm up: false", "entrance of preview", "run preview"],
            ...["packages", "entrance of up", "run up"],
        ]);
        expect(said).toContain("3 to create\n");
    });

    it("that nobody looks at has its policies checked before anything is touched", async () => {
        await doIt("up", { yes: true });
        expect(done).toEqual([
            ...["answer up: true", "confirm up: true", "entrance of preview", "run preview"],
            ...["packages", "entrance of up", "run up"],
        ]);
    });

    it("ends where a policy is broken: nothing was done", async () => {
        const policyEvent = {
            policyName: "no-root",
            enforcementLevel: "mandatory",
            resourceUrn: urn,
            message: "x\nbad",
        };
        const summaryEvent = { resourceChanges: { create: 3 } };
        ends.preview = { status: 1, events: [{ policyEvent }, { summaryEvent }] };
        const failure = (await doIt("up", { yes: true }).catch((error: unknown) => error)) as Failure;
        expect(failure.message).toBe("preview failed: policy no-root: bad");
        expect(failure.facts).toMatchObject({ stack: "dev", phase: "2", engine: "embedded", created: 0 });
        expect(failure.facts.seconds).toEqual(expect.any(Number));
        expect(done.at(-1)).toBe("run preview");
    });

    it("installs nothing for a stack without a lab", async () => {
        there({ lab: false });
        await doIt("up", { confirm: "dev" });
        expect(done).not.toContain("packages");
    });

    it("looks first for what is left of its resources, where the lab is a new one", async () => {
        jest.mocked(entrances.entrance).mockResolvedValue({ wrap: (argv) => argv, isNew: true });
        await doIt("up", { confirm: "dev" });
        expect(done.slice(-2)).toEqual(["run refresh", "run up"]);
        expect(said).toContain("lab dev: looking for what is left of its resources\n");
        ends.refresh = { status: 1 };
        await expect(doIt("up", { confirm: "dev" })).rejects.toThrow("refresh failed: exit status 1");
        there({ resources: false });
        await doIt("up", { confirm: "dev" });
        expect(done.slice(-2)).toEqual(["packages", "run up"]);
    });

    it("hands on to the engine what it is to do", async () => {
        await doIt("up", { confirm: "dev", target: [urn], parallel: 3 });
        const request = { operation: "up", stack: "dev", targets: [urn], parallel: 3 };
        expect(jest.mocked(runs.runEngine).mock.calls[0][1]).toEqual(request);
        await doIt("refresh");
        expect(jest.mocked(runs.runEngine).mock.calls[1][1]).toMatchObject({ targets: [], parallel: undefined });
    });
});

describe("a preview and a refresh", () => {
    it.each(["preview", "refresh"] as const)("ask nothing and install nothing: %s", async (operation) => {
        await doIt(operation);
        expect(done).toEqual([`entrance of ${operation}`, `run ${operation}`]);
    });

    it("of a stack that is not up: only a preview says something of it", async () => {
        there({ resources: false });
        await expect(doIt("refresh")).rejects.toThrow("stack dev is not up: run ./voip up --stack dev");
        await doIt("preview");
        expect(done).toEqual(["entrance of preview", "run preview"]);
    });
});

describe("a destroy", () => {
    it("takes the lab with it", async () => {
        await doIt("destroy", { yes: true });
        expect(done).toEqual([
            ...["answer destroy: true", "confirm destroy: true", "entrance of destroy", "run destroy", "remove lab"],
        ]);
        expect(said).toContain("lab dev: removed with its namespaces, bridges, daemons and files");
        expect(said).not.toContain("service");
    });

    it("tells of the service that would bring the stack up again", async () => {
        jest.mocked(systemd.isInstalled).mockImplementation((stack) => stack === "dev");
        await doIt("destroy", { yes: true });
        expect(said).toContain(
            "voip-stack-dev.service would bring it up again at the next boot: ./voip uninstall-service --stack dev\n",
        );
    });

    it.each([
        [true, "destroy removes every resource of stack dev and its lab\n"],
        [false, "destroy removes every resource of stack dev\n"],
    ])("says to a person who is asked what goes; lab: %s", async (lab, line) => {
        there({ lab });
        await doIt("destroy");
        expect(said).toContain(line);
        expect(done.includes("remove lab")).toBe(lab);
    });

    it("of some resources leaves the lab", async () => {
        await doIt("destroy", { yes: true, target: [urn] });
        expect(done.at(-1)).toBe("run destroy");
        expect(entrances.protectedResources).toHaveBeenCalledWith("dev", [urn]);
    });

    it("of what is protected wants the stack's name, then lifts the protection", async () => {
        there({ guarded: true });
        await doIt("destroy", { yes: true, confirm: "dev" });
        expect(done).toEqual([
            ...["answer destroy: true", "confirm by name", "entrance of destroy", "unprotect db", "run destroy"],
            "remove lab",
        ]);
        const [call] = jest.mocked(prepare.confirmedByName).mock.calls;
        expect(call).toEqual(["dev", [guardedVm], true, expect.objectContaining({ confirm: "dev" })]);
    });

    it("lifts no protection where nothing is protected", async () => {
        await doIt("destroy", { yes: true });
        expect(entrances.liftProtection).not.toHaveBeenCalled();
    });

    it.each([true, false])("finds nothing, but removes what is left of a lab: %s", async (lab) => {
        there({ any: false, lab });
        const { text, facts } = await doIt("destroy", { yes: true });
        expect(text).toBe("dev: nothing is there, nothing was removed");
        expect(facts).toEqual({
            ...{ stack: "dev", phase: "2", engine: "embedded", seconds: 0 },
            ...{ created: 0, updated: 0, replaced: 0, deleted: 0, same: 0 },
        });
        expect(done).toEqual(["answer destroy: true", ...(lab ? ["remove lab"] : [])]);
    });
});

describe("an operation that went well", () => {
    const metadata = { op: "create", urn, type: "t:i:Vm", old: null, new: { inputs: {}, outputs: {} } };
    const events = [
        { resourcePreEvent: { metadata } },
        { resOutputsEvent: { metadata: { ...metadata, op: "delete" } } },
        { summaryEvent: { resourceChanges: { create: 1, same: 2 } } },
    ];
    const step = { urn, type: "Vm", name: "db", op: "create", changes: [], because: [] };
    const counts = { created: 1, updated: 0, replaced: 0, deleted: 0, same: 2 };
    beforeEach(() => (ends = { preview: { events }, up: { events }, refresh: { events }, destroy: { events } }));

    it.each(["up", "destroy"] as const)("says what it did, and how long that took: %s", async (operation) => {
        const { text, facts } = await doIt(operation, { confirm: "dev" });
        expect(text).toMatch(new RegExp(`^${operation}: 1 created, 2 same in \\d+\\.\\d s$`));
        expect(facts).toMatchObject({ stack: "dev", phase: "2", engine: "embedded", ...counts });
        expect(facts.seconds).toBeLessThan(10);
        expect(facts).not.toHaveProperty("steps");
    });

    it("says what it would do: a preview", async () => {
        const { text, facts } = await doIt("preview");
        expect(text).toBe("  + Vm db\n1 to create, 2 to keep");
        expect(facts).toMatchObject({ steps: [step], policies: [], ...counts });
    });

    it("says what is not as it was: a refresh", async () => {
        const { text, facts } = await doIt("refresh");
        expect(text).toMatch(/^ {2}- Vm db is gone\nrefresh: \d+\.\d s$/);
        expect(facts).toMatchObject({ drift: [{ urn, type: "Vm", name: "db", drift: [], gone: true }] });
    });

    it("tells how long it took the last time that it went well", async () => {
        const file = path.join(dir, "voip-stack", "durations-other.json");
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, '{"preview":61000,"up":1}');
        ends.preview = { status: 1 };
        await expect(doIt("preview", { stack: "other" })).rejects.toThrow();
        expect(said).toContain("preview other; engine: embedded, as asked for; last time it took 61 s\n");
        expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({ preview: 61000, up: 1 });
        ends.preview = {};
        await doIt("preview", { stack: "other" });
        expect(JSON.parse(fs.readFileSync(file, "utf8")).preview).toBeLessThan(61000);
        said = "";
        await doIt("preview", { stack: "new" });
        expect(said).toMatch(/^preview new; engine: embedded, as asked for\n/);
    });
});
