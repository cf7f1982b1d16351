import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../process/run";
import { stackPaths } from "../../paths";

/**
 * All that can be found of a stack's lab on this host, a line each: processes, network namespaces, links, control
 * groups, mounts, files.
 * Looks at the kernel's own lists, not through the lab's code.
 */
export async function tracesOf(stack: string): Promise<string[]> {
    const { cgroup, dataDir, netns, phonesNetns, runDir } = stackPaths(stack);
    const marks = [runDir, dataDir, netns, phonesNetns];
    const mentions = (text: string): boolean => marks.some((mark) => new RegExp(`${mark}(?![\\w-])`).test(text));
    const namespaces = (await run(["ip", "netns", "list"])).stdout.split("\n").filter(mentions);
    const links = (await run(["ip", "-o", "link"])).stdout.split("\n").filter((line) => /br-(int|ext)|voip/.test(line));
    // cgroup2 need not be mounted on this host: it is, for a look
    const look = ["unshare", "--mount", "sh", "-c", 'mount -t cgroup2 cgroup2 /sys && ls -d "/sys/$1"', "sh", cgroup];
    const groups = (await run(look, { okStatus: [0, 1, 2, 32] })).stdout.split("\n").filter(Boolean);
    const mounts = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter(mentions);
    return [
        ...processesThat(mentions).map((line) => `process ${line}`),
        ...namespaces.map((line) => `namespace ${line}`),
        ...links.map((line) => `link ${line}`),
        ...groups.map((line) => `control group ${line}`),
        ...mounts.map((line) => `mount ${line}`),
        ...[runDir, dataDir].flatMap(filesIn).map((file) => `file ${file}`),
    ];
}

function processesThat(match: (text: string) => boolean): string[] {
    return fs
        .readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
        .flatMap((pid) => {
            try {
                const commandLine = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
                const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
                // what runs in a container may look like any other process, but for its control group
                const group = fs.readFileSync(`/proc/${pid}/cgroup`, "utf8");
                return [commandLine, cwd, group].some(match) ? [`${pid} ${commandLine.slice(0, 200)}`] : [];
            } catch {
                return []; // ended meanwhile
            }
        });
}

function filesIn(dir: string): string[] {
    if (!fs.existsSync(dir)) return [];
    const inside = fs.readdirSync(dir, { recursive: true, encoding: "utf8" });
    return [dir, ...inside.map((name) => path.join(dir, name))];
}
