import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CheckpointCodec, readCheckpoint, saltOf } from "../../../engine/backend/checkpoint";
import { backendLayout } from "../../../engine/backend/layout";
import { StackLock } from "../../../engine/backend/lock";
import { replaceFile, StateWriter } from "../../../engine/backend/writer";
import { secret } from "../../../engine/properties";
import { Crypter } from "../../../engine/secrets/passphrase";
import type { ResourceState } from "../../../engine/state";
import { waitFor } from "../../../process/wait";

let dir: string;

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "backend-"));
});

afterEach(() => fs.rmSync(dir, { recursive: true }));

test("files are where the official file backend has them", () => {
    const layout = backendLayout("file:///var/lib/state?no_tmp_dir=true", "/project", "voip-stack", "dev");
    expect(layout).toEqual({
        meta: "/var/lib/state/.pulumi/meta.yaml",
        checkpoint: "/var/lib/state/.pulumi/stacks/voip-stack/dev.json",
        locks: "/var/lib/state/.pulumi/locks/organization/voip-stack/dev",
        history: "/var/lib/state/.pulumi/history/voip-stack/dev",
    });
    expect(backendLayout("file://~", "/project", "p", "s").meta).toBe(path.join(os.homedir(), ".pulumi/meta.yaml"));
    expect(backendLayout("file://./state", "/project", "p", "s").meta).toBe("/project/state/.pulumi/meta.yaml");
    expect(() => backendLayout("s3://bucket", "/project", "p", "s")).toThrow("backend 's3://bucket' is not supported");
});

describe("checkpoints", () => {
    const state: ResourceState = {
        urn: "urn:pulumi:s::p::t:i:T::n",
        custom: true,
        id: "n",
        type: "t:i:T",
        inputs: { pin: secret("1234"), plain: "p" },
        outputs: { nested: [{ token: secret({ a: 1 }) }] },
        dependencies: ["urn:pulumi:s::p::t:i:T::m"],
    };

    test("a checkpoint comes back as it was written, without any secret in plain", async () => {
        const crypter = await Crypter.create("test");
        const codec = new CheckpointCodec(crypter);
        const file = path.join(dir, "s.json");
        const body = codec.body([state], [{ type: "creating", resource: state }]);
        await replaceFile(file, codec.checkpoint("organization/p/s", body));
        expect(fs.readFileSync(file, "utf8")).not.toContain("1234");

        const read = readCheckpoint(file)!;
        expect(read.stack).toBe("organization/p/s");
        expect(saltOf(read)).toBe(crypter.state);
        const again = new CheckpointCodec(crypter);
        const resources = read.latest!.resources!.map((stored) => again.resource(stored));
        expect(resources).toEqual([state]);
        expect(read.latest!.pending_operations).toHaveLength(1);
        // A secret that nobody touched keeps its ciphertext: the state of an unchanged stack does not change.
        expect(again.body(resources, [])).toBe(codec.body([state], []));
    });

    test("what can't be read is reported", () => {
        const file = path.join(dir, "s.json");
        expect(readCheckpoint(file)).toBeUndefined();
        fs.writeFileSync(`${file}.gz`, "");
        expect(() => readCheckpoint(file)).toThrow("is compressed");
        fs.writeFileSync(file, "{");
        expect(() => readCheckpoint(file)).toThrow(`damaged`);
        fs.writeFileSync(file, '{"version":4,"features":["views"],"checkpoint":{}}');
        expect(() => readCheckpoint(file)).toThrow("is of version 4 with features views");
        const foreign = { type: "cloud", state: {} };
        const manifest = { time: "", magic: "", version: "" };
        expect(() => saltOf({ stack: "s", latest: { manifest, secrets_providers: foreign } })).toThrow("'cloud'");
    });
});

describe("writing", () => {
    test("the content before the last one stays as a backup", async () => {
        const file = path.join(dir, "state");
        await replaceFile(file, "one");
        expect(fs.readdirSync(dir)).toEqual(["state"]);
        await replaceFile(file, "two");
        await replaceFile(file, "three");
        expect(fs.readFileSync(file, "utf8")).toBe("three");
        expect(fs.readFileSync(`${file}.bak`, "utf8")).toBe("two");
    });

    test("requests during a write share the next one, and none is answered by a write begun before it", async () => {
        let value = 0;
        const written: number[] = [];
        const release: (() => void)[] = [];
        const writer = new StateWriter(async () => {
            const snapshot = value;
            await new Promise<void>((done) => release.push(done));
            written.push(snapshot);
        });
        const save = (next: number): Promise<boolean> => {
            value = next;
            return writer.save().then(() => written.some((seen) => seen >= next));
        };
        const begun = (): Promise<() => void> =>
            waitFor("a write to begin", () => release.shift(), { deadlineMs: 1_000, intervalMs: 1 });
        const saves = [save(1), save(2), save(3)];
        (await begun())();
        expect(await saves[0]).toBe(true);
        const second = await begun();
        saves.push(save(4));
        second();
        expect(await Promise.all(saves.slice(1, 3))).toEqual([true, true]);
        (await begun())();
        expect(await saves[3]).toBe(true);
        expect(written).toEqual([1, 3, 4]);
    });

    test("never two writes at once, whenever the requests come", async () => {
        let running = 0;
        let most = 0;
        const writer = new StateWriter(async () => {
            most = Math.max(most, ++running);
            for (let turn = 0; turn < 3; turn++) await Promise.resolve();
            running--;
        });
        for (let turns = 0; turns < 12; turns++) {
            const saves = [writer.save(), writer.save()];
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            await Promise.all([...saves, writer.save()]);
        }
        expect(most).toBe(1);
    });

    test("a request when nothing is written begins at once", async () => {
        let begun = 0;
        const writer = new StateWriter(async () => void begun++);
        for (let n = 1; n <= 3; n++) {
            const saved = writer.save();
            expect(begun).toBe(n);
            await saved;
        }
    });

    test("a failed write fails those who asked for it, and the next one is tried", async () => {
        let fails = true;
        const writer = new StateWriter(async () => {
            if (fails) throw new Error("disk full");
        });
        await expect(writer.save()).rejects.toThrow("disk full");
        fails = false;
        await expect(writer.save()).resolves.toBeUndefined();
    });
});

describe("the lock", () => {
    const official = (pid: number, hostname = os.hostname()): string =>
        JSON.stringify({ pid, username: "someone", hostname, timestamp: "2026-01-01T00:00:00Z" });

    test("names ./voip, if that has started the engine", async () => {
        process.env.VOIP_PID = "4711";
        try {
            const lock = await StackLock.take(dir);
            await expect(StackLock.take(dir)).rejects.toThrow(/the stack is locked by .* \(pid 4711\)/);
            lock.release();
        } finally {
            delete process.env.VOIP_PID;
        }
        const lock = await StackLock.take(dir);
        await expect(StackLock.take(dir)).rejects.toThrow(new RegExp(`\\(pid ${process.pid}\\)`));
        lock.release();
    });

    test("is held by one at a time, and is gone when released", async () => {
        const lock = await StackLock.take(dir);
        await expect(StackLock.take(dir)).rejects.toThrow(/the stack is locked by .*pid/);
        expect(fs.readdirSync(dir)).toHaveLength(1);
        lock.release();
        expect(fs.readdirSync(dir)).toEqual([]);
        (await StackLock.take(dir)).release();
    });

    test("of a running official engine is respected, here and on another host", async () => {
        fs.writeFileSync(path.join(dir, "a.json"), official(process.pid));
        await expect(StackLock.take(dir)).rejects.toThrow("locked by someone@");
        const { pid } = spawnSync("true");
        fs.writeFileSync(path.join(dir, "a.json"), official(pid, "elsewhere"));
        await expect(StackLock.take(dir)).rejects.toThrow("locked by someone@elsewhere");
    });

    test("of a dead process is taken over, which is reported", async () => {
        const { pid } = spawnSync("true");
        fs.writeFileSync(path.join(dir, "a.json"), official(pid));
        const lock = await StackLock.take(dir);
        expect(lock.notices).toEqual([expect.stringContaining("was taken over: that process is gone")]);
        lock.release();
    });

    test("of an engine of ours that was killed is taken over, whatever PID it had", async () => {
        const script = `require("tsx/cjs/api").require("./engine/backend/lock.ts", __filename)
            .StackLock.take(${JSON.stringify(dir)}).then(() => console.log("taken")); setInterval(() => {}, 1000);`;
        const holder = spawn(process.execPath, ["-e", script], { cwd: path.resolve(__dirname, "../../..") });
        await once(holder.stdout, "data");
        await expect(StackLock.take(dir)).rejects.toThrow("the stack is locked by");
        holder.kill("SIGKILL");
        await once(holder, "exit");
        // A PID is no proof of life: in a namespace of its own every engine is process 1.
        const [file] = fs.readdirSync(dir);
        const content = JSON.parse(fs.readFileSync(path.join(dir, file), "utf8")) as object;
        fs.writeFileSync(path.join(dir, file), JSON.stringify({ ...content, pid: process.pid }));
        const lock = await StackLock.take(dir);
        expect(lock.notices).toHaveLength(1);
        lock.release();
    });
});
