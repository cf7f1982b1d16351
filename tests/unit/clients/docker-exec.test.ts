import type { DockerApi } from "../../../clients/docker/api";
import { execIn } from "../../../clients/docker/exec";

interface Daemon {
    /** What the command prints. */
    said?: string;
    /** States of the command, one for each question; the last stays. */
    states: { Running: boolean; ExitCode: number | null }[];
}

const asked: unknown[][] = [];
beforeEach(() => asked.splice(0));

function daemon({ said = "", states }: Daemon): DockerApi {
    const payload = Buffer.from(said);
    const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, payload.length]);
    const call = async (method: string, at: string, options?: object): Promise<unknown> => {
        asked.push([method, at, ...(options ? [options] : [])]);
        if (at === "/containers/postgres/exec") return { Id: "e1" };
        if (at === "/exec/e1/start") return said ? Buffer.concat([head, payload]) : Buffer.alloc(0);
        return states.length > 1 ? states.shift() : states[0];
    };
    return { call } as unknown as DockerApi;
}

test("a command is run as the container's user, and its output returned", async () => {
    const { signal } = new AbortController();
    const api = daemon({ said: "done\n", states: [{ Running: false, ExitCode: 0 }] });
    expect(await execIn(api, "postgres", ["pg_basebackup", "--x"], signal)).toBe("done");
    expect(asked).toEqual([
        [
            "POST",
            "/containers/postgres/exec",
            { body: { Cmd: ["pg_basebackup", "--x"], AttachStdout: true, AttachStderr: true } },
        ],
        ["POST", "/exec/e1/start", { body: { Detach: false, Tty: false }, signal }],
        ["GET", "/exec/e1/json"],
    ]);
});

test("its end is awaited, as the daemon knows the status only after the output", async () => {
    const api = daemon({
        states: [
            { Running: true, ExitCode: null },
            { Running: false, ExitCode: 0 },
        ],
    });
    expect(await execIn(api, "postgres", ["true"])).toBe("");
    expect(asked).toHaveLength(4);
});

test.each([
    [1, "exit status 1\nno space"],
    [null, "exit status -1\nno space"],
])("a command that ends with %s has failed, with what it said", async (ExitCode, message) => {
    const api = daemon({ said: "no space\n", states: [{ Running: false, ExitCode }] });
    await expect(execIn(api, "postgres", ["cp"])).rejects.toThrow(`cp in container postgres: ${message}`);
});
