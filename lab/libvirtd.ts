import * as fs from "node:fs";
import * as path from "node:path";
import { stackPaths } from "../paths";
import { run } from "../process/run";
import { waitFor } from "../process/wait";
import { processes } from "./procfs";

/** https://libvirt.org/drvqemu.html: QEMU runs as root, but only sees the lab's namespaces. */
const qemuConf = `user = "+0"
group = "+0"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
`;

const libvirtdConf = `auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_ro_perms = "0700"
unix_sock_rw_perms = "0700"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
`;

/**
 * The hook that libvirtd calls when a VM has started or ended (https://libvirt.org/hooks.html), with its XML. One that has ended
 * is reported to lab/keep-vms.sh, as a hook may not ask libvirt for anything. VMs get the CPU before other processes, those that
 * carry audio first: a process is scheduled with its session (sched(7), autogroup), so nice values alone have no effect; a kernel
 * without autogroups lacks the file. Packets for a VM that stalls for seconds are queued, late but not lost: 1000 packets, the
 * queue of a network device, are one second of 20 calls.
 */
const qemuHook = `#!/bin/sh
devices=$(sed -n "s|.*<target dev='\\(vnet[0-9]*\\)'/>.*|\\1|p")
[ "$2" != release ] || [ ! -p /run/vm-ended ] || echo "$1" 1<>/run/vm-ended
[ "$2" = started ] || exit 0
case "$1" in
"pbx-"* | "media-"*) nice=-15 ;;
*) nice=-10 ;;
esac
group=/proc/$(cat "/run/libvirt/qemu/$1.pid")/autogroup
[ ! -e "$group" ] || echo "$nice" >"$group"
for device in $devices; do ip link set "$device" txqueuelen 10000; done
exit 0
`;

/**
 * For networks of mode "open", libvirt enables forwarding between networks on the host; a lab's host forwards nothing
 * (ADR-005).
 */
const networkHook = `#!/bin/sh
[ "$2" != started ] || echo 0 >/proc/sys/net/ipv4/ip_forward
`;

/** Users and groups that Debian's QEMU driver of libvirt looks up at its start: [file, name, line]. */
const accounts: [string, string, string][] = [
    ["passwd", "libvirt-qemu", "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin"],
    ["group", "libvirt-qemu", "libvirt-qemu:x:64055:"],
    ["group", "kvm", "kvm:x:64056:"],
];

/** Writes the files that init.sh mounts over the host's /etc, and libvirtd's configuration. */
export function writeLibvirtFiles(stack: string): void {
    const dir = path.join(stackPaths(stack).dataDir, "libvirt");
    fs.mkdirSync(path.join(dir, "etc"), { recursive: true, mode: 0o700 });
    fs.mkdirSync(path.join(dir, "lib", "dnsmasq"), { recursive: true, mode: 0o700 }); // libvirt's own packages make it
    fs.writeFileSync(path.join(dir, "etc", "qemu.conf"), qemuConf);
    fs.writeFileSync(path.join(dir, "etc", "libvirtd.conf"), libvirtdConf);
    fs.mkdirSync(path.join(dir, "etc", "hooks"), { recursive: true, mode: 0o700 });
    for (const [name, hook] of Object.entries({ qemu: qemuHook, network: networkHook })) {
        fs.writeFileSync(path.join(dir, "etc", "hooks", name), hook, { mode: 0o700 });
    }
    for (const file of ["passwd", "group"]) {
        const present = fs.readFileSync(path.join("/etc", file), "utf8");
        const missing = accounts
            .filter(
                ([place, name]) => place === file && !present.startsWith(`${name}:`) && !present.includes(`\n${name}:`),
            )
            .map(([, , line]) => `${line}\n`);
        fs.writeFileSync(path.join(dir, file), present.replace(/\n*$/, "\n") + missing.join(""));
        fs.chmodSync(path.join(dir, file), 0o644); // they replace the host's own
    }
}

/** Whether the lab's libvirtd answers. */
export async function libvirtdAnswers(stack: string): Promise<boolean> {
    const { libvirtUri } = stackPaths(stack);
    return run(["virsh", "--connect", libvirtUri, "uri"], { timeoutMs: 10_000 }).then(
        () => true,
        () => false,
    );
}

/**
 * Starts libvirtd in the lab whose first process is `init`, replacing one that no longer answers. The new one takes over
 * running VMs.
 * @throws CommandError, with the end of libvirtd's log.
 */
export async function startLibvirtd(stack: string, init: number): Promise<void> {
    const pidNamespace = fs.readlinkSync(`/proc/${init}/ns/pid`);
    const inLab = (pid: number) => fs.readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace;
    const left = () => processes().filter(({ name, pid }) => name === "libvirtd" && inLab(pid));
    left().forEach(({ pid }) => process.kill(pid, "SIGKILL"));
    await waitFor("the end of the old libvirtd", () => (left().length ? undefined : true), { deadlineMs: 10_000 });

    const enter = ["nsenter", "--target", `${init}`, "--mount", "--pid", "--net"];
    try {
        await run([...enter, "libvirtd", "--daemon"], { cwd: "/", timeoutMs: 60_000 });
        // it daemonises before it listens, and before that it starts the VMs; until then the socket may be its predecessor's
        await waitFor("an answer of libvirtd", async () => ((await libvirtdAnswers(stack)) ? true : undefined), {
            deadlineMs: 180_000,
        });
    } catch (error) {
        const log = path.join(stackPaths(stack).dataDir, "libvirt", "log", "libvirtd.log");
        const said = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n").slice(-10).join("\n") : "";
        throw new Error(`libvirtd of lab ${stack} does not start: ${(error as Error).message}\n${said}`, {
            cause: error,
        });
    }
}
