import { once } from "node:events";
import * as http from "node:http";
import { daemonAt } from "../../../clients/docker/daemon";
import { DialStdio } from "../../../clients/docker/dial-stdio";
import { UnreachableError } from "../../../clients/unreachable";

/** A connection through the input and output of a shell's script. */
const dial = (script: string): DialStdio => new DialStdio(["sh", "-c", script], "sip-1");
const failure = async (stream: DialStdio): Promise<Error> =>
    ((await once(stream, "error").catch((error: unknown) => [error])) as [Error])[0];
const errorOf = (stream: DialStdio): Promise<Error> =>
    new Promise((resolve) => stream.resume().once("error", (error) => resolve(error)));
/** What runs, as the stream knows it. */
const pidOf = (stream: DialStdio): number => (stream as unknown as { child: { pid: number } }).child.pid;

describe("a connection through a command", () => {
    it("carries bytes both ways, and ends with the command", async () => {
        const stream = dial("read line; echo got $line");
        stream.write("hello\n");
        let text = "";
        stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
        await once(stream, "end");
        expect(text).toBe("got hello\n");
    });

    it("carries more than is read at once", async () => {
        const stream = dial("i=0; while [ $i -lt 3000 ]; do printf '%0100d' 0; i=$((i+1)); done");
        await once(stream, "readable");
        let bytes = 0;
        for await (const chunk of stream) bytes += (chunk as Buffer).length;
        expect(bytes).toBe(300_000);
    });

    it.each([
        ["echo 'No route to host' >&2; exit 255", "No route to host"],
        ["exit 255", "exit status 255"],
        ["kill -TERM $$", "killed by SIGTERM"],
    ])("that fails names the host, the program and why: %s", async (script, reason) => {
        const error = await errorOf(dial(script));
        expect(error).toBeInstanceOf(UnreachableError);
        expect(error.message).toBe(`no connection to Docker on sip-1 through sh: ${reason}`);
    });

    it("tells the end of a long complaint", async () => {
        const { message } = await errorOf(dial("printf '%01500d' 0 >&2; printf last >&2; exit 1"));
        expect(message.split(": ")[1]).toMatch(/^0{996}last$/);
    });

    it("that has no program says so", async () => {
        const error = await failure(new DialStdio(["/nonexistent/ssh"], "sip-1"));
        expect(error).toBeInstanceOf(UnreachableError);
        expect(error.message).toMatch(/^\/nonexistent\/ssh: spawn .*ENOENT$/);
    });

    it("is out of reach of an interrupt at the terminal", async () => {
        const stream = dial("read line; exit 0");
        stream.resume();
        expect(() => process.kill(-pidOf(stream), 0)).not.toThrow(); // it leads a process group of its own
        stream.write("\n");
        await once(stream, "end");
    });

    it("ends the command when it is no longer wanted", async () => {
        const stream = dial("exec sleep 600");
        const { child } = stream as unknown as { child: NodeJS.EventEmitter };
        const end = once(child, "exit");
        stream.destroy();
        expect(await end).toEqual([null, "SIGTERM"]);
    });
});

describe("a connection between two requests", () => {
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] }));
    afterEach(() => void jest.useRealTimers());

    it("is kept for ten seconds", async () => {
        const stream = dial("exec sleep 600");
        stream.unref();
        jest.advanceTimersByTime(9_999);
        expect(stream.destroyed).toBe(false);
        jest.advanceTimersByTime(1);
        expect(stream.destroyed).toBe(true);
    });

    it("is kept for longer when it is used again, and has no other deadline", () => {
        const stream = dial("exec sleep 600");
        stream.unref();
        stream.ref();
        expect(stream.setKeepAlive()).toBe(stream);
        expect(stream.setTimeout()).toBe(stream);
        jest.advanceTimersByTime(60_000);
        expect(stream.destroyed).toBe(false);
        stream.destroy();
        expect(jest.getTimerCount()).toBe(0);
    });
});

test("requests to a daemon on another machine go through ssh, four at a time", () => {
    const { host, agent, socketPath } = daemonAt("ssh://voip@sip-1", ["-F", "/config"]);
    expect([host, socketPath]).toEqual(["ssh://voip@sip-1", undefined]);
    expect(agent).toBeInstanceOf(http.Agent);
    expect([agent.maxSockets, (agent as http.Agent & { keepAlive: boolean }).keepAlive]).toEqual([4, true]);
    const near = daemonAt("unix:///run/docker.sock", []);
    expect([near.socketPath, near.agent.maxSockets]).toEqual(["/run/docker.sock", 4]);
});
