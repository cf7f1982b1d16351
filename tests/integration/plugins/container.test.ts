import { UnreachableError } from "../../../clients/unreachable";
import { pluginFor } from "../../../engine/plugins";
import type { Plugin, Properties, ResourceType } from "../../../engine/plugins/plugin";
import { context } from "../../unit/plugins/context";
import { IMAGE, startDockerd, type TestDockerd } from "./dockerd";
import { startSshd, type TestSshd } from "./sshd";

let dockerd: TestDockerd;
let sshd: TestSshd;

beforeAll(async () => {
    dockerd = await startDockerd();
    sshd = await startSshd({ PATH: dockerd.env.PATH, DOCKER_HOST: dockerd.host });
});
afterAll(async () => {
    await sshd?.stop();
    await dockerd?.stop();
});

async function dockerAt(config: () => Properties): Promise<Plugin> {
    const plugin = await pluginFor("docker")!();
    await plugin.configure(config());
    return plugin;
}

const FOREVER = { image: IMAGE, command: ["sleep", "1000000"], networkMode: "host" };

/** A resource in its life: what the engine would call, with what it would keep. */
class Resource {
    id = "";
    inputs: Properties = {};
    outputs: Properties = {};

    constructor(private readonly type: ResourceType) {}

    async check(news: Properties): Promise<Properties> {
        const { inputs, failures } = await this.type.check(this.inputs, news);
        expect(failures).toEqual([]);
        return inputs;
    }

    async create(news: Properties, ctx = context()): Promise<this> {
        this.inputs = await this.check(news);
        Object.assign(this, await this.type.create(this.inputs, ctx));
        return this;
    }

    async diff(news: Properties) {
        return this.type.diff(this.id, this.inputs, this.outputs, await this.check(news));
    }

    async update(news: Properties): Promise<void> {
        this.inputs = await this.check(news);
        Object.assign(this, await this.type.update!(this.id, this.outputs, this.inputs, context()));
    }

    /** What a refresh finds: names of the inputs that are not as they were given, or `gone`. */
    async drift(): Promise<string[] | "gone"> {
        const now = await this.type.read!(this.id, this.inputs, this.outputs);
        if (!now) return "gone";
        const given = Object.keys(this.inputs).filter((name) => name !== "__defaults");
        const changed = given.filter((name) => {
            return JSON.stringify(now.inputs[name]) !== JSON.stringify(this.inputs[name]);
        });
        Object.assign(this, now);
        return changed;
    }

    delete(): Promise<void> {
        return this.type.delete(this.id, this.outputs, context());
    }
}

describe.each(["unix", "ssh"] as const)("a container over %s", (transport) => {
    let docker: Plugin;
    const container = (): Resource => new Resource(docker.types["docker:index/container:Container"]);

    beforeAll(async () => {
        docker = await dockerAt(() =>
            transport === "unix"
                ? { host: dockerd.host }
                : { host: "ssh://loopback", sshOpts: JSON.stringify(["-F", sshd.config]) },
        );
    });
    afterAll(() => docker.close!());

    it("runs as asked, is the same afterwards, and is gone after delete", async () => {
        const news = {
            ...FOREVER,
            name: "asked",
            entrypoints: ["busybox"],
            envs: ["B=2", "A=1"],
            hostname: "inside",
            networkMode: "none",
            restart: "unless-stopped",
            init: false,
            user: "1000:1000",
            readOnly: true,
            capabilities: { adds: ["net_admin"], drops: ["CAP_CHOWN"] },
            securityOpts: ["no-new-privileges"],
            ulimits: [{ name: "nofile", soft: 1000, hard: 2000 }],
            labels: [{ label: "role", value: "test" }],
            tmpfs: { "/scratch": "size=64k" },
            mounts: [{ type: "bind", source: "/etc", target: "/mounted", readOnly: true }],
            volumes: [{ hostPath: "/usr", containerPath: "/bound", readOnly: true }],
            logDriver: "json-file",
            logOpts: { "max-size": "1m" },
            stopSignal: "SIGINT",
            stopTimeout: 3,
        };
        const resource = await container().create(news);
        const [seen] = JSON.parse(await dockerd.docker("inspect", "asked")) as [Record<string, never>];
        expect(seen).toMatchObject({
            Id: resource.id,
            State: { Running: true },
            Config: { Hostname: "inside", User: "1000:1000", Entrypoint: ["busybox"], Cmd: ["sleep", "1000000"] },
            HostConfig: {
                NetworkMode: "none",
                RestartPolicy: { Name: "unless-stopped" },
                ReadonlyRootfs: true,
                CapAdd: [expect.stringMatching(/^(CAP_)?net_admin$/i)],
                CapDrop: ["CAP_CHOWN"],
                SecurityOpt: ["no-new-privileges"],
                Binds: ["/usr:/bound:ro"],
                Mounts: [{ Source: "/etc", Target: "/mounted", ReadOnly: true }],
                LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
                Tmpfs: { "/scratch": "size=64k" },
            },
        });
        expect(await dockerd.docker("exec", "asked", "sh", "-c", "echo $A$B; ulimit -n")).toBe("12\n1000");
        expect(resource.outputs).toMatchObject({ hostname: "inside", ipcMode: "private", shmSize: 64, stopTimeout: 3 });
        expect(await resource.diff(news)).toMatchObject({ changes: false });
        expect(await resource.drift()).toEqual([]);
        expect(await resource.diff(news)).toMatchObject({ changes: false });

        await resource.delete();
        expect(await resource.drift()).toBe("gone");
        await resource.delete();
    });

    it("finds a removed container gone and a stopped one to be started, which an update does", async () => {
        const news = { ...FOREVER, name: "drifting" };
        const resource = await container().create(news);
        await dockerd.docker("kill", "drifting");
        expect(await resource.drift()).toEqual(["mustRun"]);
        expect(resource.outputs).toMatchObject({ mustRun: false, exitCode: 137 });
        expect(await resource.diff(news)).toEqual({
            changes: true,
            replaces: [],
            diffs: ["mustRun"],
            deleteBeforeReplace: true,
        });
        await resource.update(news);
        expect(await dockerd.docker("inspect", "-f", "{{.State.Running}}", "drifting")).toBe("true");
        expect(await resource.diff(news)).toMatchObject({ changes: false });

        await dockerd.docker("rm", "-f", "drifting");
        expect(await resource.drift()).toBe("gone");
    });

    it("changes the restart policy in place", async () => {
        const resource = await container().create({ ...FOREVER, name: "restarting" });
        expect(await resource.diff({ ...FOREVER, name: "restarting", restart: "always" })).toMatchObject({
            diffs: ["restart"],
            replaces: [],
        });
        await resource.update({ ...FOREVER, name: "restarting", restart: "always" });
        expect(await dockerd.docker("inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "restarting")).toBe(
            "always",
        );
        expect(resource.outputs.restart).toBe("always");
        await resource.delete();
    });
});

describe("docker", () => {
    let docker: Plugin;
    const container = (): Resource => new Resource(docker.types["docker:index/container:Container"]);

    beforeAll(async () => {
        docker = await dockerAt(() => ({ host: dockerd.host }));
    });
    afterAll(() => docker.close!());

    it("replaces what it can't change, deleting first", async () => {
        const resource = await container().create({ ...FOREVER, name: "replaced" });
        const changed = { ...FOREVER, name: "replaced", command: ["sleep", "5"], envs: ["A=1"], init: true };
        expect(await resource.diff(changed)).toEqual({
            changes: true,
            replaces: ["command", "envs", "init"],
            diffs: ["command", "envs", "init"],
            deleteBeforeReplace: true,
        });
        await resource.delete();
    });

    it("waits until the container is healthy", async () => {
        const healthcheck = { tests: ["CMD", "test", "-e", "/tmp/ready"], interval: "100ms", retries: 1000 };
        const command = ["sh", "-c", "sleep 0.5; busybox mkdir -p /tmp; echo > /tmp/ready; sleep 1000000"];
        const news = { ...FOREVER, name: "healthy", command, healthcheck, wait: true };
        const resource = await container().create(news);
        expect(await dockerd.docker("inspect", "-f", "{{.State.Health.Status}}", "healthy")).toBe("healthy");
        expect(await resource.diff({ ...news, healthcheck: { ...healthcheck, interval: "0.1s" } })).toMatchObject({
            changes: false,
        });
        await resource.delete();
    });

    it("fails with the last output of a container that ends while it is waited for, and leaves none behind", async () => {
        const command = ["sh", "-c", "echo no configuration; sleep 0.2; exit 7"];
        const healthcheck = { tests: ["CMD", "test", "-e", "/never"], interval: "100ms", retries: 1000 };
        const doomed = { ...FOREVER, name: "doomed", command, healthcheck, wait: true };
        await expect(container().create(doomed)).rejects.toThrow(
            "unable to start container doomed: it exited with status 7; it printed last:\nno configuration",
        );
        expect(await dockerd.docker("ps", "-aq", "--filter", "name=doomed")).toBe("");
    });

    it("fails with Docker's reason when a container can't start, and leaves none behind", async () => {
        const unstartable = { ...FOREVER, name: "unstartable", command: ["/no/such/program"] };
        await expect(container().create(unstartable)).rejects.toThrow(
            /unable to start container unstartable: .*no such file or directory/,
        );
        expect(await dockerd.docker("ps", "-aq", "--filter", "name=unstartable")).toBe("");
    });

    it("requires a healthcheck when it must wait for health", async () => {
        await expect(container().create({ ...FOREVER, name: "unchecked", wait: true })).rejects.toThrow(
            "wait is true, but neither the container nor its image has a healthcheck",
        );
    });

    it("fails when the container is not healthy in time, saying what the check said", async () => {
        const healthcheck = { tests: ["CMD", "sh", "-c", "echo not yet; exit 1"], interval: "100ms", retries: 1000 };
        const news = { ...FOREVER, name: "sickly", healthcheck, wait: true, waitTimeout: 1 };
        await expect(container().create(news)).rejects.toThrow(
            /waited 1 s for a healthy container; last seen: starting: not yet/,
        );
        expect(await dockerd.docker("ps", "-aq", "--filter", "name=sickly")).toBe("");
    });

    it("replaces a container that an interrupted run left, but no other", async () => {
        const leftOver = await container().create({ ...FOREVER, name: "taken" });
        const ctx = context();
        const resource = await container().create({ ...FOREVER, name: "taken" }, ctx);
        expect(resource.id).not.toBe(leftOver.id);
        expect(ctx.lines).toEqual(["removed container taken, left over from an interrupted run"]);

        const other = container().create({ ...FOREVER, name: "taken" }, context({ urn: "urn:somebody::else" }));
        await expect(other).rejects.toThrow(/unable to create container taken: Conflict/);
        expect(await resource.drift()).toEqual([]);
        await resource.delete();
    });

    it("gives a container its grace before the kill", async () => {
        const command = [
            "sh",
            "-c",
            "trap 'sleep 0.3; echo bye > /kept/bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done",
        ];
        await dockerd.docker("volume", "create", "kept");
        const mounts = [{ type: "volume", source: "kept", target: "/kept" }];
        const news = { ...FOREVER, name: "graceful", command, mounts, destroyGraceSeconds: 20 };
        const resource = await container().create(news);
        await resource.delete();
        const reader = ["run", "--rm", "--network", "none", "-v", "kept:/kept", IMAGE, "cat", "/kept/bye"];
        expect(await dockerd.docker(...reader)).toBe("bye");
    });

    it("recognises an image by its id", async () => {
        const id = await dockerd.docker("image", "inspect", "-f", "{{.Id}}", IMAGE);
        const byId = await container().create({ ...FOREVER, name: "by-id", image: id });
        expect(await byId.diff({ ...FOREVER, name: "by-id", image: id })).toMatchObject({ changes: false });
        await byId.delete();
    });

    it("names the missing image, and what to do", async () => {
        const failure = /unable to pull image localhost:1\/nowhere:1: .*; load it into this Docker daemon beforehand/s;
        await expect(container().create({ ...FOREVER, name: "x1", image: "localhost:1/nowhere:1" })).rejects.toThrow(
            failure,
        );
    });

    it("says why a host can't be reached", async () => {
        const nowhere = await dockerAt(() => ({ host: "unix:///nowhere/docker.sock" }));
        const closed = await dockerAt(() => ({ host: "ssh://127.0.0.1:1", sshOpts: ["-F", "none"] }));
        for (const [plugin, reason] of [
            [nowhere, /ENOENT/],
            [closed, /Connection refused/],
        ] as const) {
            const type = plugin.types["docker:index/container:Container"];
            const read = type.read!("id", {}, {});
            await expect(read).rejects.toThrow(UnreachableError);
            await expect(type.read!("id", {}, {})).rejects.toThrow(reason);
        }
    });
});
