import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { makeBase, mustRun, removeBase, whileStopped } from "../../../cli/backup/core";
import type { DockerApi } from "../../../clients/docker/api";
import * as execs from "../../../clients/docker/exec";
import * as session from "../../../clients/docker/session";
import { Failure } from "../../../cli/result";

jest.mock("../../../clients/docker/session");
jest.mock("../../../clients/docker/exec");

const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-core-"));
afterAll(() => fs.rmSync(dataDir, { recursive: true }));
const place = { stack: "dev", dataDir, dockerHost: "unix:///d" };
const base = path.join(dataDir, "core/postgres/data/backup");

let asked: string[];
let running: Record<string, boolean>;
beforeEach(() => {
    asked = [];
    running = { openbao: true, postgres: true };
    const call = async (method: string, at: string, { query }: { query?: object } = {}): Promise<unknown> => {
        asked.push(`${method} ${at}${query ? ` ${JSON.stringify(query)}` : ""}`);
        return { State: { Running: running[at.split("/")[2]] } };
    };
    jest.mocked(session.withDocker).mockImplementation(async (_host, work) => work({ call } as unknown as DockerApi));
});

describe("the servers must run", () => {
    it("both of them", async () => {
        await expect(mustRun(place)).resolves.toBeUndefined();
        running = { openbao: false, postgres: true };
        await expect(mustRun(place)).rejects.toThrow(
            new Failure("openbao of stack dev does not run: run ./voip up first"),
        );
        running = { openbao: false, postgres: false };
        await expect(mustRun(place)).rejects.toThrow("openbao and postgres of stack dev");
    });

    it("and their Docker daemon", async () => {
        jest.mocked(session.withDocker).mockRejectedValue(new Error("no connection"));
        await expect(mustRun(place)).rejects.toThrow(
            new Failure("the core services of stack dev can't be asked (no connection): run ./voip up first"),
        );
    });
});

describe("while OpenBao is stopped", () => {
    it("work is done, and it is started again", async () => {
        const work = async (): Promise<string> => {
            asked.push("work");
            return "done";
        };
        expect(await whileStopped(place, work)).toBe("done");
        expect(asked).toEqual(['POST /containers/openbao/stop {"t":"20"}', "work", "POST /containers/openbao/start"]);
    });

    it("it is started again when the work fails", async () => {
        await expect(whileStopped(place, () => Promise.reject(new Error("no space")))).rejects.toThrow("no space");
        expect(asked.at(-1)).toBe("POST /containers/openbao/start");
    });
});

describe("a base backup of PostgreSQL", () => {
    const exec = jest.mocked(execs.execIn);
    const scriptOf = (): string => exec.mock.calls[0][2][2];

    it("is made in its volume, with its log, and checked", async () => {
        fs.mkdirSync(base, { recursive: true }); // of a run that was killed
        const abort = new AbortController();
        exec.mockImplementation(async (_api, container, _argv, signal) => {
            expect(container).toBe("postgres");
            expect(fs.existsSync(base)).toBe(false);
            fs.mkdirSync(base);
            abort.abort();
            expect(signal?.aborted).toBe(true);
            return "";
        });
        expect(await makeBase(place, 5433, abort.signal)).toBe(base);
        expect(scriptOf()).toMatch(
            /pg_basebackup .*--port=5433 [^]*--wal-method=stream [^]*pg_verifybackup .*[^]*password\.sha256/,
        );
    });

    it("is removed after it was copied, or when there is none", () => {
        fs.mkdirSync(base, { recursive: true });
        removeBase(place);
        expect(fs.existsSync(base)).toBe(false);
        expect(() => removeBase(place)).not.toThrow();
    });
});
