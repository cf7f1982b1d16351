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
