import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { chooseEngine } from "../../../cli/engine/choice";
import { embeddedArgv, type EngineRequest } from "../../../cli/engine/commandline";
import { EventReader } from "../../../cli/engine/events";
import { runEngine, type EngineWatch } from "../../../cli/engine/run";
import { readProject } from "../../../engine/project";
import { layoutOf } from "../../../engine/stack";
import { projectDir } from "../../../paths";
import type { EngineEvent } from "../../../engine/events";

let dir: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    process.env.XDG_STATE_HOME = path.join(dir, "state");
    process.env.PULUMI_CONFIG_PASSPHRASE = "for tests";
});
afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    fs.rmSync(dir, { recursive: true });
});

function executable(file: string, script: string): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
}

jest.setTimeout(60_000); // starts processes, on a machine that may be busy

describe("the choice of the engine", () => {
    const none = (): NodeJS.ProcessEnv => ({ PATH: path.join(dir, "empty"), HOME: dir });

    it("takes the official CLI from PATH", () => {
        const pulumi = executable(path.join(dir, "bin", "pulumi"), "true");
        expect(chooseEngine("auto", { ...none(), PATH: path.dirname(pulumi) })).toMatchObject({
            engine: "pulumi",
            argv: [pulumi],
        });
    });

    it("takes the newest that was downloaded before", () => {
        for (const version of ["3.9.0", "3.100.0", "3.20.0"]) {
            executable(path.join(dir, ".pulumi", "versions", version, "bin", "pulumi"), "true");
        }
        expect(chooseEngine("auto", none()).argv[0]).toContain("/3.100.0/");
        expect(chooseEngine("embedded", none()).engine).toBe("embedded");
    });

    it("runs the program itself if there is none, and says why", () => {
        expect(chooseEngine("auto", none())).toMatchObject({
            engine: "embedded",
            why: "engine: embedded, because there is no Pulumi CLI on this machine",
        });
        fs.mkdirSync(path.join(dir, "empty", "pulumi"), { recursive: true }); // a folder is no program
        expect(chooseEngine("auto", none()).engine).toBe("embedded");
    });

    it("fetches a pinned CLI only when it is asked for", () => {
        expect(chooseEngine("pulumi", none()).argv.join(" ")).toMatch(/^npx --yes pulumi@\d+\.\d+\.\d+$/);
    });
});

describe("the event reader", () => {
    it("separates events from other lines, in any pieces", () => {
        const text = '{"sequence":1}\nwarning: something\n\n{ not JSON\n{"sequence":2}';
        for (let cut = 0; cut <= text.length; cut++) {
            const events: EngineEvent[] = [];
            const lines: string[] = [];
            const reader = new EventReader(
                (event) => events.push(event),
                (line) => lines.push(line),
            );
            reader.take(text.slice(0, cut));
            reader.take(text.slice(cut));
            reader.end();
            expect(events.map(({ sequence }) => sequence)).toEqual([1, 2]);
            expect(lines).toEqual(["warning: something", "{ not JSON"]);
        }
    });
});

describe("running an engine", () => {
    const request = { operation: "up" as const, stack: "dev", targets: ["urn:a"], parallel: 3 };
    const silent = { onEvent: () => undefined, onText: () => undefined };

    it("reads the events of the embedded one from its standard output", async () => {
        const engine = executable(
            path.join(dir, "engine"),
            "echo '{\"sequence\":7}'; echo plain; echo wrong >&2; exit 3",
        );
        const seen: unknown[] = [];
        const end = await runEngine({ engine: "embedded", argv: [], why: "" }, request, () => [engine], {
            onEvent: ({ sequence }) => seen.push(sequence),
            onText: (line) => seen.push(line),
        });
        expect(seen).toEqual([7, "plain"]);
        expect(end).toMatchObject({ status: 3, said: "wrong", interrupted: false });
        const log = fs.readFileSync(end.log, "utf8").split("\n").sort();
        expect(log).toEqual(["", "plain", "wrong", '{"sequence":7}']);
        expect(fs.statSync(end.log).mode & 0o777).toBe(0o600);
    });

    it("tells the embedded one which process a person has started, for its lock", async () => {
        const engine = executable(path.join(dir, "engine"), `echo "{\\"sequence\\":$VOIP_PID}"`);
        const choice = { engine: "embedded" as const, argv: [], why: "" };
        const { events } = await runEngine(choice, request, () => [engine], silent);
        expect(events).toEqual([{ sequence: process.pid }]);
    });

    it("gives the embedded one its targets and parallelism", () => {
        expect(embeddedArgv(request).join(" ")).toMatch(
            /engine\/main\.ts up --stack dev --policy-pack policies --target urn:a --parallel 3$/,
        );
    });

    /** An official CLI that notes how it was called, and does `script` where it has an event log. */
    function officialCli(script: string, before = "true"): { argv: string[]; calls(): string[] } {
        const calls = path.join(dir, "calls");
        const pulumi = executable(
            path.join(dir, "pulumi"),
            [
                before,
                `echo "$PULUMI_DEBUG_COMMANDS $PULUMI_CONFIG_PASSPHRASE $*" >> ${calls}`,
                'while [ $# -gt 0 ]; do [ "$1" = --event-log ] && log=$2; shift; done',
                `[ -z "$log" ] || {\n${script}\n}`,
            ].join("\n"),
        );
        return { argv: [pulumi], calls: () => fs.readFileSync(calls, "utf8").trim().split("\n") };
    }
    const run = ({ argv }: { argv: string[] }, asked: Partial<EngineRequest> = {}, watch: Partial<EngineWatch> = {}) =>
        runEngine({ engine: "pulumi", argv, why: "" }, { ...request, ...asked }, (words) => words, {
            ...silent,
            ...watch,
        });

    it("selects the stack, then follows the event log of the official one", async () => {
        const cli = officialCli('echo \'{"sequence":1}\' >> "$log"; printf \'{"sequence":2}\' >> "$log"');
        const seen: number[] = [];
        const end = await run(cli, {}, { onEvent: ({ sequence }) => seen.push(sequence) });
        expect(end.status).toBe(0);
        expect(seen).toEqual([1, 2]);
        const [select, up] = cli.calls();
        expect(select).toMatch(/^true for tests stack select --create --non-interactive --stack dev --cwd \S+$/);
        expect(up).toMatch(
            /^true for tests up --non-interactive --stack dev --event-log \S+ --config-file \S+ --policy-pack policies --yes --skip-preview/,
        );
        const [made, configFile] = [/--cwd (\S+)/.exec(select)![1], /--config-file (\S+)/.exec(up)![1]];
        expect(configFile).toBe(path.join(made, "Pulumi.dev.yaml"));
        expect(path.relative(projectDir, made)).toMatch(/^\.\./);
        expect(up).toMatch(/--target urn:a --parallel 3$/);
    });

    it("unlinks the event log at once, readable by nobody else", async () => {
        const cli = officialCli('stat --dereference --format "%h %a" "$log" > seen; cat "$log" >> seen', `cd ${dir}`);
        const end = await run(cli);
        expect(fs.readFileSync(path.join(dir, "seen"), "utf8")).toBe("0 600\n");
        expect(fs.readdirSync(path.dirname(end.log))).toEqual([path.basename(end.log)]);
    });

    it("reads an event log larger than a pipe's buffer to its end", async () => {
        const event = JSON.stringify({ sequence: 1, stdoutEvent: { message: "x".repeat(1000), color: "never" } });
        const cli = officialCli(`for i in $(seq 1000); do echo '${event}'; done >> "$log"`);
        expect((await run(cli)).events).toHaveLength(1000);
    });

    it("keeps the configuration that the official one gives its providers out of events and log", async () => {
        const state = { inputs: { "voip-stack:extensionPassword": "in-plain" }, outputs: {} };
        const of = (type: string): string =>
            JSON.stringify({ resOutputsEvent: { metadata: { op: "create", urn: "u", type, old: null, new: state } } });
        const script = [of("pulumi:providers:pulumi-nodejs"), of("test:index:Other")].map((event) => `echo '${event}'`);
        const end = await run(officialCli(`{ ${script.join("; ")}; } >> "$log"`));
        const [provider, other] = end.events.map(({ resOutputsEvent: event }) => event!.metadata);
        expect(provider).toMatchObject({ op: "create", old: null, new: null });
        expect(other.new).toEqual(state);
        expect(fs.readFileSync(end.log, "utf8").match(/in-plain/g)).toHaveLength(1);
    });

    it("keeps plugins' request logs and torn events out of events, log and output", async () => {
        const said = (severity: string, message: string): string =>
            `echo '${JSON.stringify({ diagnosticEvent: { message, severity, color: "raw" } })}' >> "$log"`;
        const cli = officialCli(
            [
                ...["info", "info#err", "warning", "error"].map((severity) => said(severity, `of ${severity}`)),
                said("debug", "request with in-plain"),
                said("trace", "of a severity to come, with in-plain"),
                "echo in-plain",
                `printf '{"diagnosticEvent":{"severity":"debug","message":"in-plain' >> "$log"`,
            ].join("; "),
        );
        const seen: string[] = [];
        const end = await run(
            cli,
            {},
            {
                onEvent: ({ diagnosticEvent }) => seen.push(diagnosticEvent!.message),
                onText: (line) => seen.push(line),
            },
        );
        expect(seen).toEqual(["of info", "of info#err", "of warning", "of error"]);
        expect(end.events.map(({ diagnosticEvent }) => diagnosticEvent!.message)).toEqual(seen);
        expect(fs.readFileSync(end.log, "utf8")).not.toContain("in-plain");
    });

    describe("a preview by the official one", () => {
        const stack = "workplace";
        const backend = () => path.join(dir, "backend");
        beforeEach(() => {
            fs.mkdirSync(backend());
            process.env.PULUMI_BACKEND_URL = `file://${backend()}`;
        });
        afterEach(() => delete process.env.PULUMI_BACKEND_URL);
        const noting = (): ReturnType<typeof officialCli> =>
            officialCli("true", `echo "$PULUMI_BACKEND_URL" >> ${dir}/backends`);
        const backends = (): string[] => fs.readFileSync(path.join(dir, "backends"), "utf8").trim().split("\n");

        it("makes a missing stack in a temporary backend", async () => {
            const cli = noting();
            await run(cli, { operation: "preview", stack });
            expect(cli.calls()).toHaveLength(2);
            const [used] = new Set(backends());
            expect(new Set(backends()).size).toBe(1);
            expect(used).not.toBe(process.env.PULUMI_BACKEND_URL);
            expect(fs.existsSync(fileURLToPath(used))).toBe(false);
            expect(fs.readdirSync(path.join(dir, "state", "voip-stack"))).toEqual(["logs"]);
        });

        it.each([`${stack}.json`, `${stack}.json.gz`])(
            "works on the backend that has the stack, as %s",
            async (name) => {
                const { checkpoint } = layoutOf(readProject(projectDir, stack));
                fs.mkdirSync(path.dirname(checkpoint), { recursive: true });
                fs.writeFileSync(path.join(path.dirname(checkpoint), name), "{}");
                const cli = noting();
                await run(cli, { operation: "preview", stack });
                expect(cli.calls()).toEqual([expect.stringContaining(` preview --non-interactive --stack ${stack} `)]);
                expect(backends()).toEqual([process.env.PULUMI_BACKEND_URL]);
            },
        );
    });

    it("passes an interrupt on and lets the engine finish", async () => {
        const engine = executable(
            path.join(dir, "engine"),
            `trap 'echo "{\\"sequence\\":9}"; exit 130' INT; echo '{"sequence":1}'; while :; do sleep 0.05; done`,
        );
        const end = await runEngine({ engine: "embedded", argv: [], why: "" }, request, () => [engine], {
            ...silent,
            onEvent: ({ sequence }) => {
                if (sequence === 1) process.emit("SIGINT");
            },
        });
        expect(end).toMatchObject({ status: 130, interrupted: true });
        expect(end.events.map(({ sequence }) => sequence)).toEqual([1, 9]);
    });

    it.each([
        ["itself", "kill -9 $$"],
        ["behind unshare(1)", "echo 'unshare: sigprocmask unblock failed: Invalid argument' >&2; exit 1"],
    ])("knows that the engine was killed, %s", async (_, script) => {
        const engine = executable(path.join(dir, "engine"), script);
        const end = await runEngine({ engine: "embedded", argv: [], why: "" }, request, () => [engine], silent);
        expect(end).toMatchObject({ status: 137, killed: true, interrupted: false });
    });

    it("says what could not be started", async () => {
        const missing = runEngine({ engine: "embedded", argv: [], why: "" }, request, () => ["/nowhere/node"], silent);
        await expect(missing).rejects.toThrow("/nowhere/node could not be started");
    });
});
