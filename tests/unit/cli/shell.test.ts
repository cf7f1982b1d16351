import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pinnedPlugins } from "../../../cli/engine/cli-ready";
import { moreOptions, readInvocation } from "../../../cli/shell/pulumi";
import { projectDir } from "../../../paths";
import { CommandError, run, type RunResult } from "../../../process/run";
import { waitFor } from "../../../process/wait";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "voip-shell-test-"));
afterAll(() => fs.rmSync(root, { recursive: true }));

describe("what `pulumi` is given in ./voip shell", () => {
    const project = { dir: projectDir, stack: "dev", copyOf: (stack: string) => `/copies/${stack}` };
    const more = (line: string, cwd = projectDir): string =>
        moreOptions(readInvocation(line.split(" "), cwd), project).join(" ");
    const policies = `--policy-pack ${projectDir}/policies`;

    it.each([
        ["up -s dev", `--config-file /copies/dev ${policies}`],
        ["up", `--config-file /copies/dev ${policies}`],
        [
            "--color never -v 3 update --stack=organization/voip-stack/prod --yes",
            `--config-file /copies/prod ${policies}`,
        ],
        ["pre -sprod", `--config-file /copies/prod ${policies}`],
        ["-s prod preview", `--config-file /copies/prod ${policies}`],
        ["refresh --yes", "--config-file /copies/dev"],
        ["destroy -s dev", "--config-file /copies/dev"],
        ["watch", `--config-file /copies/dev ${policies}`],
        ["import -s dev", "--config-file /copies/dev"],
        ["up --config-file mine.yaml --policy-pack=rules", ""],
        ["up --policy-pack rules", "--config-file /copies/dev"],
    ])("%s", (typed, expected) => expect(more(typed)).toBe(expected));

    it.each([
        "config set phase 2",
        "config -s dev",
        "stack ls",
        "stack output -s dev",
        "stack init up",
        "version",
        "--help",
    ])("nothing: %s", (typed) => expect(more(typed)).toBe(""));

    it("is for this project only, wherever in it", () => {
        expect(more("up", path.join(projectDir, "docs"))).toContain("--config-file");
        expect(more(`up -C ${projectDir}`, root)).toContain("--config-file");
        expect(more("up", root)).toBe("");
        fs.writeFileSync(path.join(root, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
        expect(more(`--cwd ${root} up`)).toBe("");
    });
});

const plugins = pinnedPlugins().map((plugin) => ({ kind: "resource", ...plugin }));

/** Runs `./voip shell`, for a stack without a lab, with a CLI that notes how it was called. */
describe("./voip shell", () => {
    const calls = path.join(root, "calls");
    const env: Record<string, string> = {
        HOME: root,
        PATH: `${path.join(root, "bin")}:${process.env.PATH}`,
        ...{ XDG_STATE_HOME: path.join(root, "state"), XDG_CONFIG_HOME: path.join(root, "config") },
        PULUMI_BACKEND_URL: `file://${root}`,
    };
    const passphrase = path.join(root, "config", "voip-stack", "passphrase");

    beforeAll(() => {
        fs.mkdirSync(path.join(root, "bin"));
        const script = [
            `{ printf '%s|' "\${PULUMI_CONFIG_PASSPHRASE-}" "\${PULUMI_CONFIG_PASSPHRASE_FILE-}" "\${PULUMI_STACK-}" "$@"; echo; } >>${calls}`,
            'case "$*" in',
            // the plugins that it says to have are those that the program pins, but for the last
            `"plugin ls"*) echo '${JSON.stringify(plugins.slice(0, -1))}' ;;`,
            "*wait*) trap 'echo interrupted; exit 130' INT; echo waiting; while :; do sleep 0.05; done ;;",
            "*refresh*) exit 7 ;;",
            "esac",
        ];
        fs.writeFileSync(path.join(root, "bin", "pulumi"), `#!/bin/sh\n${script.join("\n")}\n`, { mode: 0o755 });
    });
    beforeEach(() => fs.rmSync(calls, { force: true }));

    const shell = (words: string[], more: Record<string, string> = {}): Promise<RunResult> =>
        run([path.join(projectDir, "voip"), "shell", "--stack", "prod", ...words], {
            cwd: projectDir,
            env: { ...env, ...more },
        }).catch((error: unknown) => {
            if (error instanceof CommandError) return error.result;
            throw error;
        });
    const called = (): string[][] =>
        fs
            .readFileSync(calls, "utf8")
            .trim()
            .split("\n")
            .map((line) => line.split("|").slice(0, -1));

    it("makes the stack and the passphrase, says so, and gives `up` a copy of the configuration and the policies", async () => {
        const { stderr, status } = await shell(["pulumi", "up", "-m", "two words, 'quoted'"]);
        expect(status).toBe(0);
        const { name, version } = plugins.at(-1)!;
        expect(stderr.split("\n")).toEqual([
            `A passphrase for the stacks' secrets was made; it is kept in ${passphrase}.`,
            `installing plugin ${name} ${version} of the Pulumi CLI`,
            "",
        ]);
        const [, install, select, up] = called();
        expect(install.slice(3, 8)).toEqual(["plugin", "install", "resource", name, version]);
        const copies = path.join(env.XDG_STATE_HOME, "voip-stack", "pulumi", "prod");
        expect(select).toEqual(
            ["", passphrase, "", "stack", "select", "--create", "--non-interactive", "--stack", "prod", "--cwd"].concat(
                copies,
            ),
        );
        expect(up).toEqual([
            ...["", passphrase, "prod", "up", "-m", "two words, 'quoted'"],
            ...[
                "--config-file",
                path.join(copies, "Pulumi.prod.yaml"),
                "--policy-pack",
                path.join(projectDir, "policies"),
            ],
        ]);
    });

    it("lets a passphrase of the environment stand, and `config` work on the checkout's file", async () => {
        await shell(["pulumi", "config", "set", "phase", "2"], { PULUMI_CONFIG_PASSPHRASE: "mine" });
        expect(called().at(-1)).toEqual(["mine", "", "prod", "config", "set", "phase", "2"]);
        const file = { PULUMI_CONFIG_PASSPHRASE_FILE: "/some/file" };
        await shell(["pulumi", "stack", "ls"], file);
        expect(called().at(-1)).toEqual(["", "/some/file", "prod", "stack", "ls"]);
    });

    it("makes no existing stack, and passes the exit status on", async () => {
        fs.mkdirSync(path.join(root, ".pulumi", "stacks", "voip-stack"), { recursive: true });
        fs.writeFileSync(path.join(root, ".pulumi", "stacks", "voip-stack", "prod.json"), "{}");
        expect((await shell(["pulumi", "refresh"])).status).toBe(7);
        expect(called().filter(([, , , command]) => command !== "plugin")).toHaveLength(1);
    });

    it("does not use the CLI for another command", async () => {
        expect((await shell(["sh", "-c", 'echo "$PULUMI_STACK"'])).stdout).toBe("prod\n");
        expect(fs.existsSync(calls)).toBe(false);
    });

    it("keeps the user's umask for what runs in it", async () => {
        const typed = [path.join(projectDir, "voip"), "shell", "--stack", "prod", "sh", "-c", "umask"];
        const { stdout } = await run(["sh", "-c", 'umask 027 && exec "$@"', "sh", ...typed], { cwd: projectDir, env });
        expect(stdout).toBe("0027\n");
    });

    it("leaves an interrupt to what runs in it", async () => {
        const argv = ["shell", "--stack", "prod", "pulumi", "wait"];
        const child = spawn(path.join(projectDir, "voip"), argv, {
            ...{ cwd: projectDir, env: { ...process.env, ...env }, detached: true },
            stdio: ["ignore", "pipe", "inherit"],
        });
        let said = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
        const ended = new Promise((resolve) => child.once("close", resolve));
        await waitFor("the CLI", () => said.includes("waiting") || undefined, { deadlineMs: 30_000 });
        process.kill(-child.pid!, "SIGINT"); // as a terminal does: to the whole group
        expect(await ended).toBe(130);
        expect(said).toContain("interrupted");
    });
});
