import { CommandError, run } from "../../../process/run";

const sh = (script: string, options: Parameters<typeof run>[1] = {}) => run(["sh", "-c", script], options);
const failure = (running: Promise<unknown>): Promise<CommandError> =>
    running.then(
        () => Promise.reject(new Error("it went well")),
        (error: unknown) => error as CommandError,
    );

describe("a command that is run", () => {
    it("gives what it printed, and its status", async () => {
        expect(await sh("echo out; echo err >&2")).toEqual({ stdout: "out\n", stderr: "err\n", status: 0 });
    });

    it("gets its input, or none", async () => {
        expect((await run(["cat"], { input: "text" })).stdout).toBe("text");
        expect((await run(["cat"])).stdout).toBe("");
    });

    it("may end without reading its input", async () => {
        expect((await sh("exit 0", { input: Buffer.alloc(1_000_000) })).status).toBe(0);
    });

    it("has this process's environment and what is added, and its directory", async () => {
        process.env.VOIP_TEST_RUN = "given";
        const { stdout } = await sh("echo $VOIP_TEST_RUN $MORE; pwd", { env: { MORE: "more" }, cwd: "/" });
        delete process.env.VOIP_TEST_RUN;
        expect(stdout).toBe("given more\n/\n");
    });

    it("is not read by a shell", async () => {
        expect((await run(["echo", "$HOME;", "*"])).stdout).toBe("$HOME; *\n");
    });

    it("may answer by its status", async () => {
        expect((await sh("exit 3", { okStatus: [0, 3] })).status).toBe(3);
        expect((await failure(sh("exit 0", { okStatus: [3] }))).reason).toBe("exit status 0");
    });

    it("is told line by line, the last one also without its end", async () => {
        const lines: string[] = [];
        await sh("printf 'one\\ntwo\\n\\nthree'", { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
        expect(lines).toEqual(["stdout one", "stdout two", "stdout ", "stdout three"]);
        lines.length = 0;
        await sh("echo wrong >&2", { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
        expect(lines).toEqual(["stderr wrong"]);
    });
});

describe("a command that fails", () => {
    it("says how, and what it printed on standard error", async () => {
        const error = await failure(sh("echo out; echo wrong >&2; exit 2"));
        expect(error).toBeInstanceOf(CommandError);
        expect(error.name).toBe("CommandError");
        expect(error.message).toBe("sh -c echo out; echo wrong >&2; exit 2: exit status 2\nwrong");
        expect(error.result).toEqual({ stdout: "out\n", stderr: "wrong\n", status: 2 });
    });

    it("says what it printed elsewhere, where there is nothing on standard error", async () => {
        expect((await failure(sh("echo out; exit 1"))).message).toMatch(/exit status 1\nout$/);
        expect((await failure(sh("exit 1"))).message).toBe("sh -c exit 1: exit status 1");
    });

    it("says its last 15 lines", async () => {
        const text = Array.from({ length: 16 }, (_, line) => `line ${line + 1}`);
        const { message } = await failure(sh("cat >&2; exit 1", { input: `${text.join("\n")}\n` }));
        expect(message.split("\n").slice(1)).toEqual(text.slice(1));
    });

    it("is named by its first six words", async () => {
        expect((await failure(run(["false", "2", "3", "4", "5", "6"]))).message).toBe("false 2 3 4 5 6: exit status 1");
        expect((await failure(run(["false", "2", "3", "4", "5", "6", "7"]))).message).toMatch(
            /^false 2 3 4 5 6 \.\.\.: /,
        );
    });

    it("is not found, or can't be started", async () => {
        expect((await failure(run(["/nonexistent/program"]))).reason).toBe("command not found");
        expect((await failure(run(["/"]))).reason).toMatch(/EACCES/);
    });

    it("was killed by somebody", async () => {
        const error = await failure(sh("kill -TERM $$"));
        expect([error.reason, error.result.status]).toEqual(["killed by SIGTERM", -1]);
    });
});

describe("a command is killed", () => {
    it("when its time is over", async () => {
        const error = await failure(
            run(["cat"], { timeoutMs: 1, input: undefined, cwd: "/" }).then(() =>
                sh("exec sleep 60", { timeoutMs: 20 }),
            ),
        );
        expect(error.reason).toMatch(/^no end after (1|20) ms, killed$/);
    });

    it("when it is interrupted, also before it began", async () => {
        const control = new AbortController();
        const running = failure(
            sh("echo up; exec sleep 60", { signal: control.signal, onLine: () => control.abort() }),
        );
        expect((await running).reason).toBe("interrupted, killed");
        expect((await failure(sh("exec sleep 60", { signal: control.signal }))).reason).toBe("interrupted, killed");
    });

    it("with its children, where it has a process group of its own", async () => {
        const control = new AbortController();
        let pid = 0;
        // the child has the output open, whose end is waited for
        const script = "sleep 60 & echo $!; wait";
        const onLine = (line: string) => {
            pid = Number(line);
            control.abort();
        };
        const error = await failure(sh(script, { ownGroup: true, signal: control.signal, onLine }));
        expect(error.reason).toBe("interrupted, killed");
        expect(pid).toBeGreaterThan(0);
    });
});
