import { containerType } from "../../../engine/plugins/docker/container/container";
import type { Properties } from "../../../engine/plugins/plugin";
import { context } from "./context";
import { FakeDocker, inspected } from "./docker-daemon";

let docker: FakeDocker;
const container = containerType(() => docker.api);
const ctx = context({ urn: "urn:a" });

const given = async (more: Properties = {}): Promise<Properties> =>
    (await container.check({}, { name: "a", image: "b", ...more })).inputs;
const create = async (more: Properties = {}) => container.create(await given(more), ctx);

const logs = (text: string): Buffer => {
    const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
};
const lastLines = "GET /containers/1/logs?stdout=1&stderr=1&tail=15";

beforeEach(() => {
    docker = new FakeDocker();
    docker.answers = {
        "POST /containers/create": { Id: "1" },
        "GET /containers/1/json": inspected({}),
    };
    ctx.lines.splice(0);
});

describe("a container is made", () => {
    it("by its name, started, and looked at", async () => {
        const { id, outputs } = await create();
        expect(id).toBe("1");
        expect(docker.asked).toEqual([
            "POST /containers/create?name=a",
            "POST /containers/1/start",
            "GET /containers/1/json",
        ]);
        expect(docker.bodies).toEqual([expect.objectContaining({ Image: "b", Labels: { "voip-stack.urn": "urn:a" } })]);
        expect(outputs).toMatchObject({ name: "a", hostname: "h", mustRun: true });
        expect(ctx.lines).toEqual([]);
    });

    it("and not started where that is not wanted", async () => {
        await create({ start: false });
        expect(docker.asked).toEqual(["POST /containers/create?name=a", "GET /containers/1/json"]);
    });

    it("from an image that the daemon has to pull", async () => {
        docker.answers["POST /containers/create"] = [404, { Id: "1" }];
        expect((await create()).id).toBe("1");
        expect(docker.asked.slice(0, 3)).toEqual([
            "POST /containers/create?name=a",
            "POST /images/create?fromImage=b%3Alatest",
            "POST /containers/create?name=a",
        ]);
        expect(ctx.lines).toEqual(["pulling b"]);
    });

    it("but not where the daemon refuses it", async () => {
        docker.answers["POST /containers/create"] = 500;
        await expect(create()).rejects.toThrow("unable to create container a: refused with 500");
        expect(docker.asked).toHaveLength(1);
    });

    describe("where one has its name", () => {
        const holder = (urn: string) => ({
            ...inspected({ config: { Labels: { "voip-stack.urn": urn } } }),
            Id: "old",
        });
        beforeEach(() => (docker.answers["POST /containers/create"] = [409, { Id: "1" }]));

        it("in its place, if a run that was killed left it", async () => {
            docker.answers["GET /containers/a/json"] = holder("urn:a");
            expect((await create()).id).toBe("1");
            expect(docker.asked.slice(1, 4)).toEqual([
                "GET /containers/a/json",
                "DELETE /containers/old?force=true&v=true",
                "POST /containers/create?name=a",
            ]);
            expect(ctx.lines).toEqual(["removed container a, left over from an interrupted run"]);
        });

        it("not in the place of another's", async () => {
            docker.answers["GET /containers/a/json"] = holder("urn:b");
            await expect(create()).rejects.toThrow("unable to create container a: refused with 409");
            expect(docker.asked).toHaveLength(2);
        });

        it("again, if that one has gone meanwhile", async () => {
            docker.answers["GET /containers/a/json"] = 404;
            expect((await create()).id).toBe("1");
        });
    });
});

describe("a container that does not come up", () => {
    const removal = "DELETE /containers/1?force=true&v=true";

    it("is told of with what it printed, and removed", async () => {
        docker.answers["GET /containers/1/json"] = inspected({ state: { Running: false, ExitCode: 3, Error: "oom" } });
        docker.answers["GET /containers/1/logs"] = logs("no such file\n");
        await expect(create()).rejects.toThrow(
            "unable to start container a: it exited with status 3 (oom); it printed last:\nno such file",
        );
        expect(docker.asked.slice(-2)).toEqual([lastLines, removal]);
    });

    it("is told of without that where it printed nothing", async () => {
        docker.answers["POST /containers/1/start"] = 500;
        await expect(create()).rejects.toThrow(/^unable to start container a: refused with 500$/);
    });

    it("is one that restarts, too", async () => {
        docker.answers["GET /containers/1/json"] = inspected({ state: { Restarting: true, ExitCode: 2 } });
        await expect(create()).rejects.toThrow(/^unable to start container a: it exited with status 2$/);
    });

    it("may end where it need not run", async () => {
        docker.answers["GET /containers/1/json"] = inspected({ state: { Running: false, ExitCode: 3 } });
        expect((await create({ mustRun: false })).outputs).toMatchObject({ exitCode: 3, mustRun: false });
    });

    it("is gone", async () => {
        docker.answers["GET /containers/1/json"] = 404;
        await expect(create()).rejects.toThrow("unable to start container a: it is gone");
        await expect(create({ start: false })).rejects.toThrow("container a was removed while it was created");
    });

    it("is half-made where it can't be removed: its next update starts it", async () => {
        docker.answers["POST /containers/1/start"] = 500;
        docker.answers["DELETE /containers/1"] = 500;
        await expect(create()).rejects.toMatchObject({
            id: "1",
            outputs: { name: "a", mustRun: false },
            message: "unable to start container a: refused with 500",
        });
    });
});

describe("a container that is waited for", () => {
    const health = (Status: string, Log?: { Output: string }[]) => inspected({ state: { Health: { Status, Log } } });

    it("is made once it is healthy", async () => {
        docker.answers["GET /containers/1/json"] = [health("starting"), health("healthy")];
        expect((await create({ wait: true })).id).toBe("1");
        expect(docker.asked.filter((line) => line.startsWith("GET"))).toHaveLength(2);
    });

    it("needs a health check", async () => {
        await expect(create({ wait: true })).rejects.toThrow(
            "wait is true, but neither the container nor its image has a healthcheck; give one or leave wait",
        );
    });

    it("fails when its time is up, with what its check said last", async () => {
        const more = { wait: true, waitTimeout: 0 };
        docker.answers["GET /containers/1/json"] = health("starting");
        await expect(create(more)).rejects.toThrow("a healthy container; last seen: starting: not checked yet");
        docker.answers["GET /containers/1/json"] = health("unhealthy", [{ Output: "slow" }, { Output: "no route\n" }]);
        await expect(create(more)).rejects.toThrow(/last seen: unhealthy: no route$/);
    });

    it("fails at once when it ends", async () => {
        const ended = inspected({ state: { Running: false, ExitCode: 1, Health: { Status: "starting" } } });
        docker.answers["GET /containers/1/json"] = [health("starting"), ended];
        await expect(create({ wait: true })).rejects.toThrow("it exited with status 1");
    });
});

describe("a container is looked at", () => {
    it("and is as it was given, or as it has become", async () => {
        const inputs = await given({ hostname: "h", user: "u", networkMode: "host" });
        const found = await container.read!("1", inputs, {});
        expect(found).toMatchObject({ id: "1", inputs });
        docker.answers["GET /containers/1/json"] = inspected({ config: { Hostname: "other" } });
        expect((await container.read!("1", inputs, {}))!.inputs).toEqual({ ...inputs, hostname: "other" });
    });

    it("and is gone, or can't be seen", async () => {
        docker.answers["GET /containers/1/json"] = 404;
        expect(await container.read!("1", {}, {})).toBeUndefined();
        docker.answers["GET /containers/1/json"] = 500;
        await expect(container.read!("1", {}, {})).rejects.toThrow("refused with 500");
    });
});

describe("a container is changed", () => {
    const update = async (olds: Properties, news: Properties, preview = false) =>
        container.update!("1", { ...(await given()), ...olds }, await given(news), { ...ctx, preview });

    it("in how it restarts, without a new start", async () => {
        await update({ restart: "no" }, { restart: "always" });
        expect(docker.asked).toEqual(["POST /containers/1/update", "GET /containers/1/json"]);
        expect(docker.bodies).toEqual([{ RestartPolicy: { Name: "always" }, Memory: 0, MemorySwap: 0 }]);
    });

    it.each([
        [{ memory: 1 }, { memory: 2, memorySwap: -1 }, { Memory: 2_097_152, MemorySwap: -1 }],
        [
            { memory: 2, memorySwap: 3 },
            { memory: 2, memorySwap: 4 },
            { Memory: 2_097_152, MemorySwap: 4_194_304 },
        ],
        [{ memory: 2, memorySwap: -1 }, {}, { Memory: 0, MemorySwap: 0 }],
    ])("in its limits of memory: from %j to %j", async (olds, news, body) => {
        await update(olds, news);
        expect(docker.asked).toEqual(["POST /containers/1/update", "GET /containers/1/json"]);
        expect(docker.bodies).toEqual([{ RestartPolicy: { Name: "no" }, ...body }]);
    });

    it("in nothing that the daemon knows of", async () => {
        const { outputs } = await update({}, { waitTimeout: 7 });
        expect(docker.asked).toEqual(["GET /containers/1/json"]);
        expect(outputs).toMatchObject({ waitTimeout: 7, hostname: "h" });
    });

    it.each([
        [{ mustRun: false }, {}, true],
        [{ mustRun: true }, {}, false],
        [{ mustRun: false }, { mustRun: false }, false],
        [{ mustRun: false }, { start: false }, false],
    ])("from %j to %j: started %s", async (olds, news, starts) => {
        await update(olds, news);
        expect(docker.asked.includes("POST /containers/1/start")).toBe(starts);
    });

    it("unless it is gone", async () => {
        docker.answers["GET /containers/1/json"] = 404;
        await expect(update({}, {})).rejects.toThrow("container a is gone; refresh the stack, then run up again");
    });

    it("not by a preview", async () => {
        const { outputs } = await update({ hostname: "h" }, { restart: "always" }, true);
        expect(docker.asked).toEqual([]);
        expect(outputs).toMatchObject({ hostname: "h", restart: "always" });
    });
});

describe("a container is removed", () => {
    const remove = (outputs: Properties) => container.delete("1", outputs, ctx);

    it("with its volumes, after the time that it may take to stop", async () => {
        await remove({ destroyGraceSeconds: 5 });
        expect(docker.asked).toEqual(["POST /containers/1/stop?t=5", "DELETE /containers/1?force=true&v=true"]);
    });

    it("at once where it has no such time, and without its volumes where these stay", async () => {
        await remove({ removeVolumes: false });
        expect(docker.asked).toEqual(["DELETE /containers/1?force=true&v=false"]);
        await remove({ destroyGraceSeconds: 1, removeVolumes: true });
        expect(docker.asked.slice(1)).toEqual([
            "POST /containers/1/stop?t=1",
            "DELETE /containers/1?force=true&v=true",
        ]);
    });

    it("or is gone already", async () => {
        docker.answers = { "POST /containers/1/stop": 404, "DELETE /containers/1": 404 };
        await remove({ destroyGraceSeconds: 1 });
        expect(docker.asked).toHaveLength(2);
    });

    it("by another, which is waited for", async () => {
        docker.answers = { "DELETE /containers/1": 409, "GET /containers/1/json": [inspected({}), 404] };
        await remove({});
        expect(docker.asked.slice(1)).toEqual(["GET /containers/1/json", "GET /containers/1/json"]);
    });

    it("or not, where the daemon refuses", async () => {
        docker.answers = { "POST /containers/1/stop": 500 };
        await expect(remove({ destroyGraceSeconds: 1 })).rejects.toThrow("refused with 500");
        docker.answers = { "DELETE /containers/1": 500 };
        await expect(remove({})).rejects.toThrow("refused with 500");
    });

    it("where a killed run was making it, and only where it did", async () => {
        docker.answers = {
            "GET /containers/a/json": { ...inspected({ config: { Labels: { "voip-stack.urn": "urn:a" } } }), Id: "7" },
        };
        await container.discard!(await given(), ctx);
        expect(docker.asked).toEqual(["GET /containers/a/json", "DELETE /containers/7?force=true&v=true"]);
        docker.answers = { "GET /containers/a/json": inspected({}) };
        await container.discard!(await given(), ctx);
        expect(docker.asked).toHaveLength(3);
    });
});
