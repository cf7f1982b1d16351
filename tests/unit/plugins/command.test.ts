import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { pluginFor } from "../../../engine/plugins";
import { UNKNOWN, type OperationContext, type Properties, type ResourceType } from "../../../engine/plugins/plugin";
import { context } from "./context";

let command: ResourceType;

beforeAll(async () => {
    command = (await pluginFor("command")!()).types["command:local:Command"];
});

async function create(
    news: Properties,
    ctx: OperationContext = context(),
): Promise<{ id: string; outputs: Properties }> {
    const { inputs, failures } = await command.check({}, news);
    expect(failures).toEqual([]);
    return command.create(inputs, ctx);
}

describe("local.Command", () => {
    it("gives what the command printed, each without its last newline, and an id made of the name", async () => {
        const { id, outputs } = await create({ create: "echo one; echo; echo two >&2", environment: { A: "b" } });
        expect(id).toMatch(/^thing[0-9a-f]{8}$/);
        expect(outputs).toEqual({
            create: "echo one; echo; echo two >&2",
            environment: { A: "b" },
            stdout: "one\n",
            stderr: "two",
        });
    });

    it("takes interpreter, directory, environment and standard input", async () => {
        const dir = await fs.mkdtemp(path.join(os.tmpdir(), "voip-command-"));
        const { outputs } = await create({
            create: "cat; pwd; echo $WORD $0",
            interpreter: ["/bin/sh", "-c"],
            dir,
            environment: { WORD: "hello" },
            stdin: "in\n",
        });
        await fs.rm(dir, { recursive: true });
        expect(outputs.stdout).toBe(`in\n${dir}\nhello /bin/sh`);
    });

    it.each([
        [undefined, ["out", "err"]],
        ["stdout", ["out"]],
        ["stderr", ["err"]],
        ["none", []],
    ])("logs with logging %s", async (logging, lines) => {
        const ctx = context();
        await create({ create: "printf out; echo err >&2", logging }, ctx);
        expect(ctx.lines.sort()).toEqual([...lines].sort());
    });

    it("runs update with the output of the command before, then delete", async () => {
        const first = await create({ create: "echo made" });
        const inputs = {
            create: "echo made",
            update: "echo $PULUMI_COMMAND_STDOUT again",
            delete: "echo $PULUMI_COMMAND_STDOUT gone",
        };
        const second = await command.update!(first.id, first.outputs, inputs, context());
        expect(second.outputs).toEqual({ ...inputs, stdout: "made again", stderr: "" });
        const ctx = context();
        await command.delete(first.id, second.outputs, ctx);
        expect(ctx.lines).toEqual(["made again gone"]);
    });

    it("runs create if update is not given, and hides the former output on request", async () => {
        const inputs = { create: 'echo "<$PULUMI_COMMAND_STDOUT>"', addPreviousOutputInEnv: false };
        const { outputs } = await command.update!("id", { ...inputs, stdout: "before", stderr: "" }, inputs, context());
        expect(outputs.stdout).toBe("<>");
    });

    it("says with which status which command failed, and what it printed", async () => {
        await expect(create({ create: "echo doomed; exit 3" })).rejects.toThrow(
            'exit status 3: running "echo doomed; exit 3":\ndoomed',
        );
    });

    it("kills the command and its children when it is interrupted", async () => {
        const interrupt = new AbortController();
        const lines: string[] = [];
        const log = (line: string): void => {
            lines.push(line);
            interrupt.abort();
        };
        const running = create({ create: "sleep 600 & echo $!; wait" }, context({ signal: interrupt.signal, log }));
        await expect(running).rejects.toThrow("interrupted, killed");
        const state = await fs.readFile(`/proc/${lines[0]}/stat`, "utf8").catch(() => "gone Z");
        expect(state).toMatch(/ Z/); // gone, or dead and not yet reaped
    });

    it("fails when it takes longer than its timeout", async () => {
        await expect(create({ create: "sleep 600" }, context({ timeoutSeconds: 0.05 }))).rejects.toThrow(
            "no end after 50 ms",
        );
    });

    it("runs nothing in a preview and knows no output then", async () => {
        const inputs = { create: "exit 1", delete: "exit 1" };
        const preview = context({ preview: true });
        expect((await command.create(inputs, preview)).outputs).toEqual({
            ...inputs,
            stdout: UNKNOWN,
            stderr: UNKNOWN,
        });
        const updated = await command.update!("id", { ...inputs, stdout: "a", stderr: "" }, inputs, preview);
        expect(updated.outputs.stdout).toBe(UNKNOWN);
    });

    it("is replaced by a changed trigger, updated by anything else", async () => {
        const old = { create: "true", triggers: [1, { b: 1, a: false }] };
        const diff = (news: Properties) => command.diff("id", old, {}, news);
        expect(await diff({ create: "true", triggers: [1, { a: false, b: 1 }] })).toMatchObject({ changes: false });
        expect(await diff({ create: "false", triggers: old.triggers })).toEqual({
            changes: true,
            replaces: [],
            diffs: ["create"],
            deleteBeforeReplace: false,
        });
        expect(await diff({ create: "true", triggers: [1, { a: 0, b: 1 }] })).toMatchObject({ replaces: ["triggers"] });
    });

    it("names an input that needs the official plugin", async () => {
        const { failures } = await command.check({}, { create: "true", assetPaths: ["*"] });
        expect(failures[0].reason).toMatch(/^assetPaths is not supported without the official plugin/);
    });
});
