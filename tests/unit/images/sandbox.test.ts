import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { durations, rememberDuration } from "../../../images/durations";
import * as host from "../../../images/host";
import { runStep } from "../../../images/sandbox";
import { projectDir } from "../../../paths";
import * as processes from "../../../process/run";

jest.mock("../../../images/host");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: jest.fn(),
}));

let dir: string;
const before = { ...process.env };
const step = {
    shelf: "layers" as const,
    entry: "base-0123456789ab",
    script: "layer.sh",
    env: { TARGET: "/cache/base", A: "x y" },
};
let seen: string[];
/** Command lines that were run. */
let ran: string[][];
/** What the script prints, and how it ends. */
let script: { lines: string[]; status: number };
const build = () => runStep({ ...step, progress: (line) => seen.push(line) });
const log = (): string => path.join(dir, "state", "voip-stack", "logs", "base-image-build.log");

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-sandbox-"));
    [seen, ran, script] = [[], [], { lines: [], status: 0 }];
    process.env = {
        XDG_STATE_HOME: path.join(dir, "state"),
        XDG_CACHE_HOME: path.join(dir, "cache"),
        PATH: "/bin",
        HOME: "/root",
    };
    jest.mocked(processes.run).mockImplementation(async (argv, { onLine } = {}) => {
        ran.push([...argv]);
        for (const line of onLine ? script.lines : []) onLine?.(line, "stdout");
        const result = { stdout: "", stderr: "", status: onLine ? script.status : 0 };
        if (result.status !== 0) throw new processes.CommandError(argv, result, `exit status ${result.status}`);
        return result;
    });
});
afterEach(() => {
    process.env = before;
    jest.resetAllMocks();
    fs.rmSync(dir, { recursive: true });
});

describe("a step of a build", () => {
    it("runs under the lock of its entry, in namespaces that end with it, with no environment but its own", async () => {
        Object.assign(process.env, {
            http_proxy: "h",
            https_proxy: "s",
            no_proxy: "n",
            PIP_INDEX_URL: "p",
            SECRET: "x",
        });
        await build();
        expect(ran).toEqual([
            [
                ...["setpriv", "--pdeathsig", "KILL"],
                ...[
                    "flock",
                    "--no-fork",
                    "--exclusive",
                    path.join(dir, "cache/voip-stack/locks/layers-base-0123456789ab"),
                ],
                ...[
                    "unshare",
                    "--mount",
                    "--propagation",
                    "private",
                    "--pid",
                    "--fork",
                    "--kill-child=KILL",
                    "--mount-proc",
                ],
                ...["env", "-i", "LC_ALL=C.UTF-8", "PATH=/bin", "HOME=/root"],
                ...["http_proxy=h", "https_proxy=s", "no_proxy=n", "PIP_INDEX_URL=p", "TARGET=/cache/base", "A=x y"],
                ...["bash", path.join(projectDir, "images/scripts/layer.sh")],
            ],
        ]);
    });

    it("leaves the lab for the network with the mirror", async () => {
        jest.mocked(host.outerNetworkNamespace).mockResolvedValue("/run/outer.net");
        await build();
        expect(ran[0].join(" ")).toContain("base-0123456789ab nsenter --net=/run/outer.net unshare --mount");
    });

    it("says what it means to be seen, and logs the rest under the entry's name", async () => {
        script.lines = ["@ begin", "Get:1 tini", "@no", "@ 5 packages"];
        await build();
        expect(seen).toEqual(["begin", "5 packages"]);
        expect(fs.readFileSync(log(), "utf8")).toBe("Get:1 tini\n@no\n");
    });
});

describe("a step that fails", () => {
    const failing = async (...lines: string[]): Promise<string> => {
        script = { lines, status: 100 };
        return build().then(
            () => "it went well",
            (error: Error) => error.message,
        );
    };

    it("names the entry, the errors and the log, and leaves nothing half made", async () => {
        expect(await failing("Reading", "E: Unable to locate package x", "mount: no", "W: y", "error: line 5")).toBe(
            `base-0123456789ab could not be built: E: Unable to locate package x; mount: no; the log is ${log()}`,
        );
        expect(fs.readFileSync(log(), "utf8")).toContain("W: y\nerror: line 5\n");
        expect(ran[1].slice(0, 4)).toEqual(["flock", "--nonblock", "--conflict-exit-code", "75"]);
        expect(ran[1].at(-1)).toBe(path.join(dir, "cache/voip-stack/layers/base-0123456789ab.tmp"));
    });

    it("tells the last three errors, or what was said last", async () => {
        expect(await failing("E: 1", "ERROR: 2", "dpkg: 3", "mke2fs: 4")).toContain(
            ": ERROR: 2; dpkg: 3; mke2fs: 4; the log",
        );
        expect(await failing("one", "two", "", "three", "four", "error: line 5")).toContain(
            ": two; three; four; the log",
        );
        expect(await failing()).toMatch(/could not be built: setpriv .*: exit status 100; the log/);
    });

    it.each([
        ["NO_PUBKEY 0123", "install the newest debian-archive-keyring"],
        ["Missing key 0123", "install the newest debian-archive-keyring"],
        ["E: Release file for x is expired", "set checkValidUntil to false"],
        ["E: Release file for x is not valid yet", "set checkValidUntil to false"],
        ["signature is no longer valid", "set checkValidUntil to false"],
        ["Valid-Until was yesterday", "set checkValidUntil to false"],
        ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "see where pip fetches from"],
        ["ERROR: No matching distribution found for x", "pip finds no such wheel for this machine"],
        ["Could not resolve 'mirror'", "the Debian mirror can't be reached"],
        ["Temporary failure resolving 'mirror'", "the Debian mirror can't be reached"],
        ["Could not connect to mirror", "the Debian mirror can't be reached"],
        ["dpkg: error: No space left on device", "the disk of the image cache is full"],
        ["mount: Operation not permitted", "images are built as root, with the right to mount"],
        ["mount: /x: must be superuser to use mount", "images are built as root, with the right to mount"],
        ["open: Permission denied", "images are built as root, with the right to mount"],
    ])("knows what to do about %j", async (line, hint) => {
        expect(await failing(line)).toMatch(new RegExp(`\\(.*${hint}.*\\); the log`));
    });

    it("that is no failure of the script is told as it is", async () => {
        jest.mocked(processes.run).mockRejectedValue(new TypeError("a bug"));
        await expect(build()).rejects.toThrow(TypeError);
        expect(ran).toEqual([]);
    });
});

describe("durations of steps", () => {
    const file = (): string => path.join(dir, "state", "voip-stack", "image-durations.json");

    it("are remembered in whole seconds, each under its name", async () => {
        expect(await durations()).toEqual({});
        await rememberDuration("layer base", 1.6);
        await rememberDuration("image sip", 70.2);
        await rememberDuration("layer base", 3);
        expect(await durations()).toEqual({ "layer base": 3, "image sip": 70 });
        expect(fs.readFileSync(file(), "utf8")).toBe('{\n  "layer base": 3,\n  "image sip": 70\n}\n');
    });

    it("begin anew where they can't be read", async () => {
        await rememberDuration("layer base", 1);
        fs.writeFileSync(file(), "{");
        expect(await durations()).toEqual({});
        await rememberDuration("image sip", 2);
        expect(await durations()).toEqual({ "image sip": 2 });
    });
});
