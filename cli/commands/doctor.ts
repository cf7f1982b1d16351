import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findPulumi } from "../engine/choice";
import { table } from "../render/table";
import { Failure, type Result } from "../result";
import { cacheDir } from "../../paths";
import { run } from "../../process/run";

type State = "ok" | "slower" | "missing";

interface Finding {
    what: string;
    state: State;
    found: string;
    /** The command or step that repairs it. */
    remedy?: string;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function node(): Finding {
    return { what: "Node 20 or newer", state: "ok", found: process.version }; // ./voip has checked
}

function user(): Finding {
    const uid = process.getuid?.();
    if (uid === 0) return { what: "root", state: "ok", found: "user id 0" };
    return {
        what: "root",
        state: "missing",
        found: `user id ${uid}`,
        remedy: "run ./voip as root: a lab makes namespaces",
    };
}

async function packages(): Promise<Finding> {
    const { missingPackages } = await import("../../lab/packages");
    const missing = missingPackages();
    if (!missing.length) return { what: "Debian packages", state: "ok", found: "all installed" };
    const remedy = `apt-get install --no-install-recommends ${missing.join(" ")}   (./voip up does it as root)`;
    return { what: "Debian packages", state: "missing", found: `lacking ${missing.join(", ")}`, remedy };
}

/** Whether apt's lists have the package that every image starts from; uses no network. */
async function registry(): Promise<Finding> {
    const what = "Debian mirror";
    const policy = await run(["apt-cache", "policy", "mmdebstrap"]).then(
        ({ stdout }) => stdout,
        () => "",
    );
    const candidate = /Candidate: (\S+)/.exec(policy)?.[1];
    if (candidate && candidate !== "(none)") return { what, state: "ok", found: `offers mmdebstrap ${candidate}` };
    return { what, state: "missing", found: "apt offers no packages", remedy: "apt-get update" };
}

const nested = "in a VM, enable nested virtualisation";

const withoutKvm = {
    "no device": {
        found: "no /dev/kvm: VMs are emulated (TCG)",
        remedy: `modprobe kvm_intel or kvm_amd; ${nested}`,
    },
    "no access": { found: "/dev/kvm is not accessible", remedy: "usermod -aG kvm $USER" },
    "no extensions": {
        found: "/dev/kvm, but neither vmx nor svm in /proc/cpuinfo: VMs are emulated (TCG)",
        remedy: `enable virtualisation in the firmware; ${nested}`,
    },
};

async function acceleration(): Promise<Finding> {
    const { kvmState } = await import("../../lab/kvm");
    const kvm = kvmState();
    if (kvm === "usable") return { what: "KVM", state: "ok", found: "/dev/kvm" };
    return { what: "KVM", state: "slower", ...withoutKvm[kvm] };
}

function pulumi(): Finding {
    const found = findPulumi();
    if (found) return { what: "Pulumi CLI", state: "ok", found };
    const remedy = "not needed: the embedded engine runs the same program; --engine pulumi fetches it by npx";
    return { what: "Pulumi CLI", state: "ok", found: "none", remedy };
}

function memory(): Finding {
    const available = Number(/MemAvailable:\s+(\d+)/.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) * 1024;
    const enough = available >= 6 * 2 ** 30;
    return {
        what: "memory for a phase 1 lab",
        state: enough ? "ok" : "missing",
        found: `${gib(available)} available of ${gib(os.totalmem())}`,
        ...(enough ? {} : { remedy: "6 GiB are needed: free some, or give the VMs less (config key vms)" }),
    };
}

/** The folder itself, or its nearest existing parent. */
export function nearestExisting(dir: string): string {
    return fs.existsSync(dir) ? dir : nearestExisting(path.dirname(dir));
}

function disk(): Finding {
    const { bavail, bsize } = fs.statfsSync(nearestExisting(cacheDir()));
    const free = bavail * bsize;
    const enough = free >= 10 * 2 ** 30;
    return {
        what: "disk for images and VMs",
        state: enough ? "ok" : "missing",
        found: `${gib(free)} free for ${cacheDir()}`,
        ...(enough ? {} : { remedy: "10 GiB are needed: free some, or set XDG_CACHE_HOME" }),
    };
}

async function host(): Promise<Finding[]> {
    if (process.getuid?.() !== 0) return [];
    const { hostProblems } = await import("../../lab/host");
    const problems = (await hostProblems()).filter((problem) => !problem.includes("packages"));
    const what = "namespaces and /dev/net/tun";
    if (!problems.length) return [{ what, state: "ok", found: "usable" }];
    return problems.map((problem) => ({ what, state: "missing", found: problem }));
}

/** Checks what this machine has and lacks, and how to install it. @throws Failure if something that a lab needs is missing. */
export async function doctor(): Promise<Result> {
    const findings = [
        node(),
        user(),
        await packages(),
        await registry(),
        ...(await host()),
        await acceleration(),
        pulumi(),
        memory(),
        disk(),
    ];
    const missing = findings.filter(({ state }) => state === "missing");
    const rows = findings.map(({ what, state, found, remedy }) => [what, state, found, remedy ?? ""]);
    const text = table(["what", "state", "found", "how to get it"], rows);
    const facts = { ready: missing.length === 0, findings };
    if (!missing.length) return { facts, text };
    const lacking = missing.map(({ what, remedy }) => (remedy ? `${what} (${remedy})` : what)).join(", ");
    throw new Failure(`this machine can't hold a lab yet, it lacks ${lacking}`, { facts, text });
}
