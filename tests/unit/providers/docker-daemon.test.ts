import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { DockerApi } from "../../../clients/docker/api";
import * as session from "../../../clients/docker/session";
import type * as processes from "../../../process/run";
import { projectDir } from "../../../paths";
import { endDaemon, removeDaemon } from "../../../providers/docker-daemon/daemon";
import { provider } from "../../../providers/docker-daemon/provider";
import { Commands } from "../commands";

jest.mock("../../../clients/docker/session");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
jest.mock("../../../process/wait", () => jest.requireActual<object>("../looks"));
const mockCommands = new Commands();

let dir: string;
/** Whether Docker answers, look by look; the last one stays. */
let answers: boolean[];
let asked: string[];
/** What Docker says of the host's control groups. */
let canLimit: boolean | undefined;
let stops: unknown[];

const at = (...names: string[]): string => path.join(dir, ...names);
const inputs = (more: object = {}) => ({
    dataDir: at("data"),
    runDir: at("run"),
    socket: at("docker.sock"),
    cgroup: "voip-dev",
    layers: ["/cache/layers/a/fs", "/cache/layers/b's/fs"],
    store: at("store"),
    state: "answering",
    ...more,
});
const outputs = (more: object = {}) => ({ host: `unix://${at("docker.sock")}`, limitsMemory: true, ...inputs(more) });
const origin = (): string => at("data", "docker", "voip-stack-origin");

const api = {
    call: async (method: string, url: string, options: { query?: object } = {}) => {
        if (url === "/info") return { MemoryLimit: canLimit };
        if (url !== "/version") asked.push(`${method} ${url}`);
        if (url.endsWith("/stop")) stops.push(options.query);
        if (url === "/containers/json") return [{ Id: "one" }, { Id: "two" }];
        if (url === "/version" && !(answers.length > 1 ? answers.shift() : answers[0]))
            throw new Error("no connection");
        return {};
    },
} as unknown as DockerApi;

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-daemon-"));
    for (const name of ["data/dockerd", "store/overlay2", "store/image"]) fs.mkdirSync(at(name), { recursive: true });
    for (const fifo of ["wake", "stop"]) fs.writeFileSync(at("data/dockerd", fifo), "");
    [answers, asked, stops, canLimit] = [[true], [], [], true];
    mockCommands.reset();
    jest.mocked(session.withDocker).mockImplementation(async (host, work) => {
        expect(host).toBe(outputs().host);
        return work(api);
    });
});
afterEach(() => {
    jest.resetAllMocks();
    fs.rmSync(dir, { recursive: true });
});

/** What the daemon is run by. */
const program = path.join(projectDir, "providers", "docker-daemon", "run.sh");
const isRunBy = (content: string | Buffer): void => fs.writeFileSync(at("data/dockerd/run"), content);

/** The daemon's data as it was made of an image's. */
const isFrom = (store: string): void => {
    fs.mkdirSync(path.dirname(origin()), { recursive: true });
    fs.writeFileSync(origin(), store);
};

describe("the lab's Docker daemon", () => {
    it("gets its data of the image: links of layers, copies of all else", async () => {
        answers = [false, false, false, true];
        expect(await provider.create(inputs())).toEqual({ id: outputs().host, outs: outputs() });
        expect(mockCommands.ran).toEqual([
            `cp --archive --link ${at("store/overlay2")} ${at("data/docker.new")}`,
            `cp --archive ${at("store/image")} ${at("data/docker.new")}`,
        ]);
        expect(fs.readFileSync(origin(), "utf8")).toBe(at("store"));
        expect(fs.statSync(at("data/docker")).mode & 0o777).toBe(0o710 & ~process.umask());
        expect(fs.readdirSync(at("data")).sort()).toEqual(["docker", "dockerd"]);
    });

    it("gets copies where there can be no links", async () => {
        answers = [false, false, true];
        mockCommands.answer(/--link/, { status: 1, stderr: "Invalid cross-device link" });
        await provider.create(inputs());
        expect(mockCommands.ran[1]).toBe(
            `cp --archive --remove-destination ${at("store/overlay2")} ${at("data/docker.new")}`,
        );
    });

    it("is told what to run, and woken", async () => {
        isFrom(at("store"));
        answers = [false, false, true];
        await provider.create(inputs());
        expect(mockCommands.ran).toEqual([]);
        expect(fs.readFileSync(at("data/dockerd/settings"), "utf8")).toBe(
            `DATA_DIR='${at("data")}'\nRUN_DIR='${at("run")}'\nSOCKET='${at("docker.sock")}'\nCGROUP='voip-dev'\n` +
                `LAYERS='/cache/layers/a/fs:/cache/layers/b'\\''s/fs'\nSTORE='${at("store")}'\n` +
                `PROGRAM='${createHash("sha256").update(fs.readFileSync(program)).digest("hex")}'\n`,
        );
        expect(fs.statSync(at("data/dockerd/settings")).mode & 0o777).toBe(0o600);
        expect(fs.statSync(at("data/dockerd/run")).mode & 0o777).toBe(0o700);
        expect(fs.readFileSync(at("data/dockerd/run"), "utf8")).toMatch(/^#!\/bin\/sh\n# The lab's own Docker daemon/);
        expect(fs.readdirSync(at("data/dockerd")).sort()).toEqual(["run", "settings", "stop", "wake"]);
        expect(fs.readFileSync(at("data/dockerd/wake"), "utf8")).toBe("\n");
    });

    it("that answers and has its images is left alone", async () => {
        isFrom(at("store"));
        isRunBy(fs.readFileSync(program));
        await provider.create(inputs());
        expect([mockCommands.ran, fs.existsSync(at("data/dockerd/settings")), asked]).toEqual([[], false, []]);
    });

    it("that another version started is ended with its containers, and started by this one", async () => {
        isFrom(at("store"));
        isRunBy("#!/bin/sh\n");
        fs.writeFileSync(at("data/docker/containers"), "");
        answers = [true, true];
        await provider.create(inputs());
        expect(fs.readFileSync(at("data/dockerd/run"))).toEqual(fs.readFileSync(program));
        expect(fs.readFileSync(at("data/dockerd/wake"), "utf8")).toBe("\n");
        expect(fs.readdirSync(at("data/docker")).sort()).toEqual(["containers", "voip-stack-origin"]);
    });

    it("that is of another image is stopped with its containers, and begins anew", async () => {
        isFrom("/cache/other");
        fs.writeFileSync(at("data/docker/containers"), "");
        fs.writeFileSync(at("data/dockerd/run"), "");
        answers = [true, true, true, false, false, true];
        await provider.create(inputs());
        expect(asked).toEqual(["GET /containers/json", "POST /containers/one/stop", "POST /containers/two/stop"]);
        expect(stops).toEqual([{ t: "30" }, { t: "30" }]);
        expect(fs.readFileSync(at("data/dockerd/stop"), "utf8")).not.toBe("");
        expect(fs.readdirSync(at("data/docker"))).toEqual(["voip-stack-origin"]);
    });

    it("that does not answer is an error with the end of its log", async () => {
        isFrom(at("store"));
        answers = [false];
        fs.writeFileSync(
            at("data/dockerd/log"),
            Array.from({ length: 12 }, (_, line) => `line ${line + 1}\n`).join(""),
        );
        const lines = Array.from({ length: 10 }, (_, line) => `line ${line + 3}`).join("\n");
        await expect(provider.create(inputs())).rejects.toMatchObject({
            message: `the lab's Docker does not answer at ${at("docker.sock")} after 90 s: ${lines}`,
            cause: new Error("waited 90000 ms for Docker to answer"),
        });
    });

    it("that was never started is an error that asks for the lab; nobody waits to be woken", async () => {
        isFrom(at("store"));
        answers = [false];
        for (const fifo of ["wake", "stop"]) fs.rmSync(at("data/dockerd", fifo));
        await expect(provider.create(inputs())).rejects.toThrow(
            "after 90 s: it was not started: does the lab run, and was it made by this version?",
        );
        fs.mkdirSync(at("data/dockerd/wake"));
        await expect(provider.create(inputs())).rejects.toMatchObject({ cause: { code: "EISDIR" } });
    });

    it.each([
        [true, true, true, "answering"],
        [true, true, false, "of another version"],
        [true, false, true, "without its images"],
        [false, true, true, "not answering"],
    ])(
        "that answers (%s), is of its image (%s) and of this version (%s) is %s",
        async (isThere, isOwn, isNew, state) => {
            answers = [isThere];
            if (isNew) isRunBy(fs.readFileSync(program));
            if (isOwn) isFrom(at("store"));
            expect(await provider.read("id", outputs())).toEqual({
                id: "id",
                props: outputs({ state }),
                inputs: inputs({ state }),
            });
        },
    );

    it.each([
        [true, true],
        [false, false],
        [undefined, false],
    ])("says whether it can limit memory: %s", async (said, limitsMemory) => {
        isFrom(at("store"));
        canLimit = said;
        expect((await provider.update("id", outputs(), inputs())).outs).toMatchObject({ limitsMemory });
        expect((await provider.read("id", outputs())).props).toMatchObject({ limitsMemory });
    });

    it("that does not answer is thought to limit memory as before", async () => {
        answers = [false];
        expect((await provider.read("id", outputs({ limitsMemory: false }))).props).toMatchObject({
            limitsMemory: false,
        });
    });

    it("of which an older version did not say it is asked", async () => {
        expect(await provider.diff("id", outputs(), inputs())).toMatchObject({ changes: false });
        expect(await provider.diff("id", outputs({ limitsMemory: undefined }), inputs())).toMatchObject({
            changes: true,
            replaces: [],
        });
    });

    it("is stopped for other layers, and for nothing else", async () => {
        isFrom(at("store"));
        await provider.update("id", outputs(), inputs({ state: "answering" }));
        expect(asked).toEqual([]);
        answers = [true, false, true];
        await provider.update("id", outputs({ layers: ["/cache/layers/old/fs"] }), inputs());
        expect(asked).toHaveLength(3);
    });

    it("that does not end is an error", async () => {
        isFrom(at("store"));
        await expect(provider.delete("id", outputs())).rejects.toThrow("waited 60000 ms for the lab's Docker to end");
        expect(fs.existsSync(at("data/docker"))).toBe(true);
    });

    it("is ended with its containers, told so once, and not started again", async () => {
        for (const file of ["run", "pid"]) fs.writeFileSync(at("data/dockerd", file), "77\n");
        const fifo = at("data/dockerd/stop");
        fs.rmSync(fifo);
        execFileSync("mkfifo", [fifo]);
        const told = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
        await expect(endDaemon(inputs())).rejects.toThrow(
            "waited 60000 ms for the lab's Docker to end with its containers",
        );
        expect(fs.readFileSync(told, "utf8")).toBe("\n");
        fs.closeSync(told);
        fs.rmSync(fifo);
        expect(fs.existsSync(at("data/dockerd/run"))).toBe(false);
        expect(asked).toEqual([]);
        fs.writeFileSync(at("data/dockerd/pid"), "");
        fs.writeFileSync(at("data/dockerd/stop"), "");
        await endDaemon(inputs());
        fs.rmSync(at("data/dockerd/pid"));
        await endDaemon(inputs());
        expect(fs.readFileSync(at("data/dockerd/stop"), "utf8")).toBe("");
    });

    it("goes with its data, and may be gone; what supervises it stays", async () => {
        isFrom(at("store"));
        for (const file of ["run", "settings", "log"]) fs.writeFileSync(at("data/dockerd", file), "");
        answers = [true, false];
        await provider.delete("id", outputs());
        expect(fs.readdirSync(at("data"))).toEqual(["dockerd"]);
        expect(fs.readdirSync(at("data/dockerd")).sort()).toEqual(["stop", "wake"]);
        await provider.delete("id", outputs());
        removeDaemon(inputs());
    });
});
