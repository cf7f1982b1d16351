import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installedPlugin, startPlugin } from "../../../engine/provider/process";

jest.mock("node:os", () => {
    const actual = jest.requireActual<typeof os>("node:os");
    return { ...actual, homedir: jest.fn(actual.homedir) };
});

let dir: string;
beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

let heard: string[];
beforeEach(() => (heard = []));

const start = (script: string) =>
    startPlugin("plugin x", ["sh", "-c", script], { env: process.env, cwd: dir }, (line) => heard.push(line));

describe("a plugin that is started", () => {
    it("is reached at the port that it says first; all else that it says is passed on", async () => {
        const script = "echo loading; echo ' 4711 '; echo 4712; echo later; exec sleep 1000";
        let isSaid: () => void = () => undefined;
        const said = new Promise<void>((resolve) => (isSaid = resolve));
        const listen = (line: string): void => {
            heard.push(line);
            if (line === "later") isSaid();
        };
        const options = { env: process.env, cwd: dir };
        const { address, stop } = await startPlugin("plugin x", ["sh", "-c", script], options, listen);
        await said;
        expect(address).toBe("127.0.0.1:4711");
        expect(heard).toEqual(["loading", "4712", "later"]);
        stop();
    });

    it("runs where it is told to, with the environment that it is given", async () => {
        const options = { env: { PATH: process.env.PATH, PORT: "12345" }, cwd: dir };
        const script = 'pwd > here; echo "$PORT"; exec sleep 1000';
        const { address, stop } = await startPlugin("plugin x", ["sh", "-c", script], options, () => undefined);
        expect(address).toBe("127.0.0.1:12345");
        expect(fs.readFileSync(path.join(dir, "here"), "utf8").trim()).toBe(fs.realpathSync(dir));
        stop();
    });

    it("says no port in what has six digits", async () => {
        await expect(start("echo 123456; exit 3")).rejects.toThrow("the plugin x ended with exit status 3");
        expect(heard).toEqual(["123456"]);
    });

    it("has to say where it listens before it ends: the error has its last words", async () => {
        await expect(start("echo one >&2; echo 'no such file' >&2; exit 3")).rejects.toThrow(
            /^the plugin x ended with exit status 3 before it was ready: no such file$/,
        );
        expect(heard).toEqual(["one", "no such file"]);
        await expect(start("exit 4")).rejects.toThrow(/^the plugin x ended with exit status 4 before it was ready$/);
    });

    it("has to say so in a minute, and is ended", async () => {
        jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
        try {
            const file = path.join(dir, "pid");
            const script = `echo $$ > ${file}; echo waiting >&2; exec sleep 1000`;
            const options = { env: process.env, cwd: dir };
            let hear: () => void = () => undefined;
            const heardIt = new Promise<void>((resolve) => (hear = resolve));
            const end = startPlugin("plugin x", ["sh", "-c", script], options, () => hear()).catch(
                (error: unknown) => error,
            );
            await heardIt;
            jest.advanceTimersByTime(59_999);
            expect(isThere(pidIn(file))).toBe(true);
            jest.advanceTimersByTime(1);
            expect(await end).toEqual(new Error("the plugin x has not said within 60 s where it listens: waiting"));
            await isGone(pidIn(file));
        } finally {
            jest.useRealTimers();
        }
    });

    it("has to be there", async () => {
        const options = { env: process.env, cwd: dir };
        await expect(startPlugin("plugin x", [path.join(dir, "none")], options, () => undefined)).rejects.toThrow(
            /^the plugin x ended with exit status \d+ before it was ready/,
        );
    });
});

const pidIn = (file: string): number => Number(fs.readFileSync(file, "utf8"));

function isThere(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}

/** Waits for the end of a process that was killed. */
async function isGone(pid: number): Promise<void> {
    while (isThere(pid)) await new Promise((wake) => setImmediate(wake));
}

describe("an official plugin", () => {
    const binaryOf = (home: string): string => path.join(home, "plugins", "resource-x-v1.2.3", "pulumi-resource-x");
    const install = (home: string): string => {
        fs.mkdirSync(path.dirname(binaryOf(home)), { recursive: true });
        fs.writeFileSync(binaryOf(home), "");
        return binaryOf(home);
    };

    it("is used where it is installed in exactly that version", () => {
        const binary = install(dir);
        expect(installedPlugin("x", "1.2.3", { PULUMI_HOME: dir })).toBe(binary);
        expect(installedPlugin("x", "1.2.4", { PULUMI_HOME: dir })).toBeUndefined();
        expect(installedPlugin("y", "1.2.3", { PULUMI_HOME: dir })).toBeUndefined();
    });

    it("is looked for in the home directory where no other place is named", () => {
        jest.mocked(os.homedir).mockReturnValue(dir);
        const binary = install(path.join(dir, ".pulumi"));
        expect(installedPlugin("x", "1.2.3", {})).toBe(binary);
        expect(installedPlugin("x", "1.2.3", { PULUMI_HOME: "" })).toBe(binary);
    });
});
