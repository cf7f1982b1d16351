import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { waitFor } from "../../../process/wait";

/* The script as it is, with a virsh that has VMs from a file and notes down what it is asked. */

let dir: string;
let script: ChildProcess;
const at = (name: string): string => path.join(dir, name);
const asked = (): string[] =>
    fs.existsSync(at("asked")) ? fs.readFileSync(at("asked"), "utf8").trim().split("\n") : [];
const ended = (name: string): void => fs.writeFileSync(at("ended"), `${name}\n`);
const soon = { deadlineMs: 10_000, intervalMs: 20 };

const virsh = `#!/bin/sh
echo "$@" >>"$VOIP_TEST_DIR/asked"
case "$*" in *" list "*) cat "$VOIP_TEST_DIR/vms" ;; *) exit 1 ;; esac
`;

beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-keep-"));
    fs.writeFileSync(at("virsh"), virsh, { mode: 0o755 });
    fs.writeFileSync(at("vms"), "");
    script = spawn("bash", [path.join(projectDir, "lab", "keep-vms.sh"), at("ended")], {
        env: { PATH: `${dir}:${process.env.PATH}`, VOIP_TEST_DIR: dir },
        stdio: "ignore",
        detached: true,
    });
    await waitFor("the FIFO", () => fs.existsSync(at("ended")) || undefined, soon);
});
afterEach(async () => {
    const over = new Promise((resolve) => script.once("close", resolve));
    process.kill(-(script.pid ?? 0), "SIGKILL");
    await over;
    fs.rmSync(dir, { recursive: true });
});

const libvirt = "--quiet --connect qemu+unix:///system?socket=/run/libvirt/libvirt-sock";
const lists = `${libvirt} list --inactive --autostart --name`;

test("each VM that is to run and does not is started when one has ended, and again if it could not be", async () => {
    fs.writeFileSync(at("vms"), "sip-1\npbx-1\n\n");
    ended("sip-1");
    const round = [lists, `${libvirt} start sip-1`, `${libvirt} start pbx-1`];
    await waitFor("both starts", () => (asked().length >= 3 ? true : undefined), soon);
    expect(asked()).toEqual(round);
    ended("other");
    await waitFor("both starts again", () => (asked().length >= 6 ? true : undefined), soon);
    expect(asked()).toEqual([...round, ...round]);
});

test("the FIFO is for root only, and keeps what was written while nobody read", async () => {
    expect((fs.statSync(at("ended")).mode & 0o777).toString(8)).toBe("600");
    ended("one");
    ended("two");
    await waitFor("a look for each", () => (asked().length >= 2 ? true : undefined), soon);
});
