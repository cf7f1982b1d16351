import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { backendOf } from "../../../cli/engine/backend";
import { entrance, hasLab } from "../../../cli/engine/entrance";
import { checkLabOwner, checkOwner } from "../../../cli/engine/owner";
import { platformOutputs } from "../../../cli/platform/outputs";
import { readProject } from "../../../engine/project";
import { layoutOf } from "../../../engine/stack";
import * as labs from "../../../lab/lab";
import { otherOwner, recordOwner } from "../../../lab/owner";
import * as paths from "../../../paths";

jest.mock("../../../lab/lab");
jest.mock("../../../paths", () => {
    const actual = jest.requireActual<typeof paths>("../../../paths");
    const runDir = (stack: string) => `${process.env.TEST_RUN}/${stack}`;
    return {
        ...actual,
        stackPaths: (stack: string) => ({ ...actual.stackPaths(stack), runDir: runDir(stack) }),
    };
});

const stack = "owned";
const none = { netns: false, phonesNetns: false, outerNetns: false, init: false, libvirtd: false };
const running = { ...none, netns: true, init: true };
let dir: string;

/** This process, as one of another state directory or backend. */
function be(who: { state?: string; backend?: string }): void {
    process.env.XDG_STATE_HOME = path.join(dir, who.state ?? "state");
    process.env.PULUMI_BACKEND_URL = `file://${path.join(dir, who.backend ?? "backend")}`;
}

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    process.env.TEST_RUN = path.join(dir, "run");
    be({});
    jest.mocked(labs.labState).mockResolvedValue(running);
    fs.mkdirSync(path.join(dir, "run", stack), { recursive: true });
    recordOwner(stack, backendOf(stack));
});
afterEach(() => {
    for (const name of ["TEST_RUN", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"]) delete process.env[name];
    fs.rmSync(dir, { recursive: true });
});

describe("the owner of a lab", () => {
    it("is one state and one directory", async () => {
        await expect(checkOwner(stack, true)).resolves.toBeUndefined();
        be({ state: "other" });
        const files = `${dir}/state/voip-stack/stacks/${stack}`;
        await expect(checkOwner(stack, true)).rejects.toThrow(
            `lab ${stack} of this machine belongs to the stack with state in file://${dir}/backend and files in ${files}: ` +
                `set XDG_STATE_HOME=${dir}/state to work on that one, or give this one another name`,
        );
        be({ backend: "other" });
        await expect(checkLabOwner(stack)).rejects.toThrow(`: set PULUMI_BACKEND_URL=file://${dir}/backend to work on`);
        be({ state: "other", backend: "other" });
        await expect(checkLabOwner(stack)).rejects.toThrow(
            `set PULUMI_BACKEND_URL=file://${dir}/backend and XDG_STATE_HOME=${dir}/state to`,
        );
    });

    it("is nobody if no part of the lab is left, or the stack has none", async () => {
        be({ state: "other" });
        await expect(checkOwner(stack, false)).resolves.toBeUndefined();
        jest.mocked(labs.labState).mockResolvedValue(none);
        await expect(checkOwner(stack, true)).resolves.toBeUndefined();
        expect(await hasLab(stack)).toBe(false);
    });

    it("is nobody where it was made before owners were recorded", () => {
        be({ state: "other" });
        expect(otherOwner(stack, () => backendOf(stack))).toBeDefined();
        fs.rmSync(path.join(dir, "run", stack, "owner.json"));
        expect(otherOwner(stack, () => backendOf(stack))).toBeUndefined();
    });

    it("is reported to a preview, which then works without the lab", async () => {
        jest.mocked(labs.engineArgv).mockImplementation((_stack, argv) => ["in lab", ...argv]);
        const inLab = async (): Promise<boolean> =>
            (await entrance("preview", stack, true)).wrap(["x"])[0] === "in lab";
        expect(await inLab()).toBe(process.getuid?.() === 0);
        be({ state: "other" });
        const said = jest.spyOn(process.stderr, "write").mockReturnValue(true);
        await checkOwner(stack, true, "preview");
        expect(said).toHaveBeenCalledWith(expect.stringMatching(/^up would not work here: lab owned of this machine/));
        said.mockRestore();
        expect(await inLab()).toBe(false);
    });
});

describe("the directory of a stack", () => {
    function record(inputs: Record<string, unknown>, outputs: Record<string, unknown> = {}): void {
        const { checkpoint } = layoutOf(readProject(paths.projectDir, stack));
        const type = "pulumi-nodejs:dynamic/voip:SshAccess";
        const urn = `urn:pulumi:${stack}::voip-stack::${type}::access`;
        fs.mkdirSync(path.dirname(checkpoint), { recursive: true });
        const root = { urn: `urn:pulumi:${stack}::voip-stack::pulumi:pulumi:Stack::root`, type: "pulumi:pulumi:Stack" };
        const resources = [
            { ...root, custom: false, outputs },
            { urn, type, custom: true, id: "a", inputs },
        ];
        const manifest = { time: "", magic: "", version: "" };
        const latest = { manifest, resources };
        fs.writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { stack, latest } }));
    }

    it.each(["preview", "up", "refresh", "destroy", undefined] as const)(
        "is that of its state: %s",
        async (operation) => {
            const owned = paths.stackPaths(stack).dataDir;
            record({ dir: `${owned}/ssh` });
            await expect(checkOwner(stack, false, operation)).resolves.toBeUndefined();
            be({ state: "other" });
            await expect(checkOwner(stack, false, operation)).rejects.toThrow(
                `stack ${stack} has its keys, certificates and disks in ${owned}, ` +
                    `not in ${dir}/other/voip-stack/stacks/${stack}: set XDG_STATE_HOME=${dir}/state`,
            );
            // to do so is enough
            process.env.XDG_STATE_HOME = `${dir}/state`;
            await expect(checkOwner(stack, false, operation)).resolves.toBeUndefined();
        },
    );

    it("is that of every command that reads the stack's outputs", async () => {
        record({ dir: `${paths.stackPaths(stack).dataDir}/ssh` }, { lab: { enabled: false } });
        await expect(platformOutputs(stack)).resolves.toEqual({ lab: { enabled: false } });
        be({ state: "other" });
        await expect(platformOutputs(stack)).rejects.toThrow(`set XDG_STATE_HOME=${dir}/state`);
    });

    it("is left to the engine where the state can't be read", async () => {
        record({});
        fs.writeFileSync(layoutOf(readProject(paths.projectDir, stack)).checkpoint, "{");
        be({ state: "other" });
        await expect(checkOwner(stack, false)).resolves.toBeUndefined();
    });
});
