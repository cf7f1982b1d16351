import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import type { BundleFile } from "../../../providers/vm-files/bundle";
import { provider } from "../../../providers/vm-files/provider";
import { tar } from "../../../providers/vm-files/tar";
import { waitFor } from "../../../process/wait";
import { StandInGuest } from "./guest";

const owner = execFileSync("sh", ["-c", "echo $(id -un):$(id -gn)"], { encoding: "utf8" }).trim();

let guest: StandInGuest;
beforeEach(() => (guest = new StandInGuest()));
afterEach(() => guest.remove());

const file = (name: string, content: string, more: Partial<BundleFile> = {}): BundleFile => ({
    path: guest.file(name),
    content,
    mode: "0644",
    owner,
    initial: false,
    ...more,
});

const count = (name: string, paths: string[]) => ({ paths, command: `echo run >>${guest.file(name)}` });

const inputs = (files: BundleFile[], apply: { paths: string[]; command: string }[] = []) => ({
    ...guest.target,
    vmId: "uuid-1",
    bundleName: "asterisk",
    files,
    apply,
});

async function checked(files: BundleFile[], apply: { paths: string[]; command: string }[] = []) {
    const news = inputs(files, apply);
    return provider.check(news, news);
}

/** Whether a flock(1) has a file open: one that has got its lock is gone. proc_locks(5) hides them in a PID namespace. */
const awaited = (lock: string): boolean =>
    fs.readdirSync("/proc").some((pid) => {
        try {
            if (fs.readFileSync(`/proc/${pid}/comm`, "utf8") !== "flock\n") return false;
            const descriptors = `/proc/${pid}/fd`;
            return fs.readdirSync(descriptors).some((fd) => fs.readlinkSync(`${descriptors}/${fd}`) === lock);
        } catch {
            return false; // no process, or one that has just ended
        }
    });

const runs = (name: string) => (fs.existsSync(guest.file(name)) ? guest.read(name).split("\n").length - 1 : 0);

test("writes all files in one round trip, with their mode, whatever is in them", async () => {
    const odd = "'\"$(exit 1)`\\\n\ttwo lines\n";
    await provider.create(inputs([file("etc/a/one", odd), file("etc/two", "", { mode: "0600" })]));
    expect(guest.read("etc/a/one")).toBe(odd);
    expect(fs.statSync(guest.file("etc/two")).mode & 0o777).toBe(0o600);
    expect(guest.roundTrips()).toBe(1);
});

test("a command runs once when its files changed, and not when they did not", async () => {
    const [a, b] = [file("a", "1"), file("b", "1")];
    const apply = [count("both", [a.path, b.path]), count("only-b", [b.path])];
    await provider.create(inputs([a, b], apply));
    await provider.create(inputs([a, b], apply));
    expect([runs("both"), runs("only-b")]).toEqual([1, 1]);

    const changed = inputs([{ ...a, content: "2" }, b], apply);
    await provider.update("id", inputs([a, b], apply), changed);
    expect([runs("both"), runs("only-b")]).toEqual([2, 1]);
});

test("a file that is as it should be is left alone, one with another mode is not", async () => {
    const a = file("a", "1");
    await provider.create(inputs([a]));
    const before = fs.statSync(a.path).ino;
    await provider.create(inputs([a]));
    expect(fs.statSync(a.path).ino).toBe(before);
    fs.chmodSync(a.path, 0o666);
    await provider.create(inputs([a]));
    expect(fs.statSync(a.path).mode & 0o777).toBe(0o644);
});

test("a start waits for another in progress, whose starter may have been killed", async () => {
    const a = file("a", "1");
    const began = guest.file("began");
    const goOn = guest.file("go-on");
    const slow = { paths: [a.path], command: `: >${began}; while [ ! -e ${goOn} ]; do sleep 0.05; done` };
    const first = provider.create(inputs([a], [slow]));
    await waitFor("the first to be at work", () => fs.existsSync(began) || undefined, { deadlineMs: 10_000 });
    const changed = [{ ...a, content: "2" }];
    const second = provider.create(inputs(changed, [count("second", [a.path])]));
    const waits = (): true | undefined => awaited(guest.file("var/lock/asterisk")) || undefined;
    await waitFor("the second to wait", waits, { deadlineMs: 10_000 });
    expect(guest.read("a")).toBe("1");
    fs.writeFileSync(goOn, "");
    await Promise.all([first, second]);
    expect([guest.read("a"), runs("second")]).toEqual(["2", 1]);
});

test("a failed command is reported, and run again the next time", async () => {
    const a = file("a", "1");
    const failing = { paths: [a.path], command: `echo broken >&2; test -e ${guest.file("fixed")}` };
    const broken = inputs([a], [failing]);
    await expect(provider.create(broken)).rejects.toThrow(
        /^pbx-1: writing asterisk failed: broken\n.*this failed: echo/,
    );
    expect(guest.read("a")).toBe("1");

    fs.writeFileSync(guest.file("fixed"), "");
    fs.rmSync(guest.file("fixed"));
    await expect(provider.create(broken)).rejects.toThrow("broken");
    fs.writeFileSync(guest.file("fixed"), "");
    await provider.create(broken);
    fs.rmSync(guest.file("fixed"));
    await provider.create(broken);
});

test("an initial file is written once, and then belongs to its service", async () => {
    const initial = file("db", "header\n", { initial: true });
    await provider.create(inputs([initial]));
    fs.appendFileSync(initial.path, "row\n");
    await provider.create(inputs([{ ...initial, content: "other\n" }]));
    expect(guest.read("db")).toBe("header\nrow\n");
    const { inputs: found } = await provider.read("id", inputs([initial]));
    expect(found?.files).toEqual([initial]);
    await provider.delete("id", inputs([initial]));
    expect(guest.read("db")).toBe("header\nrow\n");
});

test("read finds what was edited, removed, or made readable, and an update repairs it", async () => {
    const files = [file("a", "1"), file("b", "1"), file("c", "1", { mode: "0600" }), file("d", "1")];
    const made = inputs(files, [count("runs", [files[0].path])]);
    await provider.create(made);
    const same = await provider.read("id", made);
    expect((await provider.diff("id", same.props ?? made, made)).changes).toBe(false);

    fs.writeFileSync(files[0].path, "edited");
    fs.rmSync(files[1].path);
    fs.chmodSync(files[2].path, 0o644);
    const { props = made } = await provider.read("id", made);
    expect(props.files).toEqual([{ ...files[0], content: "edited" }, { ...files[2], mode: "0644" }, files[3]]);
    expect((await provider.diff("id", props, made)).changes).toBe(true);

    await provider.update("id", props, made);
    expect((await provider.read("id", made)).props).toEqual(made);
    expect(runs("runs")).toBe(2);
});

test("an update removes the files that are no longer listed", async () => {
    const [a, b] = [file("a", "1"), file("b", "1")];
    await provider.create(inputs([a, b]));
    await provider.update("id", inputs([a, b]), inputs([a]));
    expect([fs.existsSync(a.path), fs.existsSync(b.path)]).toEqual([true, false]);
});

test("delete can be repeated", async () => {
    const a = file("a", "1");
    await provider.create(inputs([a]));
    await provider.delete("id", inputs([a]));
    await provider.delete("id", inputs([a]));
    expect(fs.existsSync(a.path)).toBe(false);
});

test("on an unreachable VM nothing is known: read keeps the state, delete succeeds, create fails", async () => {
    const a = file("a", "1");
    await provider.create(inputs([a]));
    guest.stop();
    const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
    expect((await provider.read("id", inputs([a]))).props).toEqual(inputs([a]));
    expect(error).toHaveBeenCalledWith("pbx-1 can't be reached: No route to host");
    error.mockRestore();
    await provider.delete("id", inputs([a]));
    await expect(provider.create(inputs([a]))).rejects.toThrow("pbx-1: writing asterisk failed: No route to host");
});

test("a replaced VM gets its files again", async () => {
    const a = inputs([file("a", "1")]);
    const diff = await provider.diff("id", a, { ...a, vmId: "uuid-2" });
    expect(diff).toMatchObject({ changes: true, replaces: ["vmId"], deleteBeforeReplace: true });
});

test("check fills in mode and owner, and names what is wrong", async () => {
    const bare = { path: "/etc/a", content: "" } as BundleFile;
    const { inputs: full, failures } = await checked([bare]);
    expect(failures).toEqual([]);
    expect(full.files).toEqual([{ ...bare, mode: "0644", owner: "root:root", initial: false }]);

    const reasons = async (...args: Parameters<typeof checked>) =>
        (await checked(...args)).failures.map((failure) => failure.reason);
    expect(await reasons([file("a", "1"), file("a", "2")])).toEqual([
        `files has ${guest.file("a")} twice, each path is allowed once`,
    ]);
    expect(await reasons([file("a", "1")], [{ paths: ["/b"], command: "true" }])).toEqual([
        "apply watches /b, which is not among the files",
    ]);
    expect(await reasons([{ ...bare, path: "relative", mode: "rw" }])).toEqual([
        `files[0].path must be an absolute path without spaces, quotes and backslashes, not "relative"`,
        `files[0].mode must be four octal digits such as 0644, not "rw"`,
    ]);
});

test("the archive is one that tar unpacks", () => {
    const directory = guest.file("unpacked");
    fs.mkdirSync(directory);
    const members = [0, 1, 511, 512, 513].map((size) => ({ name: `f${size}`, content: Buffer.alloc(size, "x") }));
    execFileSync("tar", ["-xf", "-", "-C", directory], { input: tar(members) });
    expect(fs.readdirSync(directory).map((name) => [name, fs.statSync(`${directory}/${name}`).size])).toEqual(
        members.map(({ name, content }) => [name, content.length]),
    );
    expect(() => tar([{ name: "x".repeat(101), content: Buffer.alloc(0) }])).toThrow("at most 100 bytes");
});

test("the archive's members are plain files of root's, for root only, unless it is said otherwise", () => {
    const list = (members: Parameters<typeof tar>[0]): string[] =>
        execFileSync("tar", ["-tvf", "-"], {
            input: tar(members),
            encoding: "utf8",
            env: { ...process.env, TZ: "UTC" },
        })
            .trim()
            .split("\n")
            .map((line) => line.replace(/ +/g, " "));
    const content = Buffer.from("text");
    expect(list([{ name: "a", content }])).toEqual([expect.stringMatching(/^-rw------- root\/root 4 1970-01-01 .*a$/)]);
    const [owned] = list([{ name: "x".repeat(100), content, mode: 0o6755, user: "u".repeat(31), group: "asterisk" }]);
    expect(owned).toMatch(new RegExp(`^-rwsr-sr-x ${"u".repeat(31)}/asterisk 4 .* x{100}$`));
});
