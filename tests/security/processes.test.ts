import { shellWord } from "../../clients/ssh";
import { coreAgentContainer } from "../../components/core-paths";
import type { PlatformOutputs, ServiceOutput } from "../../contract";
import { inContainer, limitsMemory } from "../stack/core";
import { broughtUp, onVm, outputs } from "../stack/platform";

/** What a process may do, as the kernel tells it (proc(5), cgroups(7)). */
interface Confinement {
    uid: number;
    noNewPrivileges: string;
    /** Masks of capabilities, hexadecimal. */
    effective: string;
    bounding: string;
    /** Mount options of its root, and what a write to it says. */
    root: string;
    write: string;
    /** Bytes, or `max`. */
    memory: string;
    files: number;
    processes: string;
}

/** In a container: its first process is number 1, and its control group is the root of those that it sees. */
const script = `cat /proc/1/status /proc/1/limits
sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* \\/ \\([^ ]*\\) .*/root: \\1/p' /proc/1/mountinfo
echo "write: $({ : >/probe; } 2>&1)"
echo "memory: $(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo none)"`;

function parsed(text: string): Confinement {
    const value = (pattern: RegExp): string => {
        const found = pattern.exec(text);
        if (!found) throw new Error(`${String(pattern)} is not in:\n${text}`);
        return found[1].trim();
    };
    return {
        uid: Number(value(/^Uid:\s+(\d+)/m)),
        noNewPrivileges: value(/^NoNewPrivs:\s+(\d)/m),
        effective: value(/^CapEff:\s+([0-9a-f]+)/m),
        bounding: value(/^CapBnd:\s+([0-9a-f]+)/m),
        root: value(/^root: (.*)$/m),
        write: value(/^write: (.*)$/m),
        memory: value(/^memory: (.*)$/m),
        files: Number(value(/^Max open files\s+(\d+)/m)),
        processes: value(/^Max processes\s+(\S+)/m),
    };
}

const none = "0000000000000000";
/** CAP_CHOWN (0), CAP_DAC_OVERRIDE (1) and CAP_FOWNER (3): the core's agent gives each server its files. */
const ofCoreAgent = "000000000000000b";

let platform: PlatformOutputs;
beforeAll(async () => {
    await broughtUp();
    platform = await outputs();
});

/** Every container of VMs, or of the core. */
const containers = (ofCore: boolean): ServiceOutput[] =>
    platform.services.filter(({ kind, vm }) => kind === "container" && (vm === "core") === ofCore);

const onMachine = async ({ name, vm }: ServiceOutput): Promise<Confinement> =>
    parsed(await onVm(vm, `docker exec ${name} sh -c ${shellWord(script)}`));
const inCore = async (name: string): Promise<Confinement> => parsed(await inContainer(name, ["sh", "-c", script]));

describe("a container on a VM", () => {
    it("has a user of its own, no capability, no way to get one, and nothing to write to but its own", async () => {
        const found = await Promise.all(
            containers(false).map(async (service) => [service, await onMachine(service)] as const),
        );
        expect(found.length).toBeGreaterThan(1);
        for (const [{ name, vm }, seen] of found) {
            expect({ name, ...seen }).toMatchObject({
                name,
                noNewPrivileges: "1",
                effective: none,
                bounding: none,
                root: expect.stringMatching(/^ro\b/) as string,
                write: expect.stringContaining("Read-only file system") as string,
                files: 65_536,
            });
            expect(seen.uid).toBeGreaterThan(1000);
            const owner = await onVm(vm, `stat -c %U /proc/$(pgrep -o -x ${name})`);
            expect(owner.trim()).toBe(name);
        }
    });

    it("may take two thirds of the VM's memory, and a number of processes", async () => {
        for (const service of containers(false)) {
            const { memory, processes } = await onMachine(service);
            const total =
                1024 * Number(/^MemTotal:\s+(\d+) kB/m.exec(await onVm(service.vm, "cat /proc/meminfo"))?.[1]);
            // the kernel keeps some of the VM's memory for itself, and does not count it
            expect(Number(memory) / total).toBeGreaterThan(0.6);
            expect(Number(memory) / total).toBeLessThan(0.8);
            expect(Number(processes)).toBeLessThanOrEqual(4096);
        }
    });

    it("has its audio's real-time priority without a capability", async () => {
        const [{ name }] = platform.pbxs;
        const threads = (await onVm(name, "ps -L -o cls=,rtprio= -p $(pgrep -o -x asterisk)")).trim().split("\n");
        expect([...new Set(threads.map((line) => line.trim().replace(/\s+/, " ")))]).toEqual(["RR 10"]);
    });
});

test("Asterisk can't fill a PBX's disk so that the agent, which is root, can't write", async () => {
    const [{ name }] = platform.pbxs;
    const [full, left] = ["/var/spool/asterisk/full", "/var/lib/full"];
    // unwritten blocks (fallocate(2)): they take no space of the hypervisor's
    const script = `set -u
take() { # USER FILE: as much as the user gets, to one MiB
    for mib in 16384 8192 4096 2048 1024 512 256 128 64 32 16 8 4 2 1; do
        size=$(stat --format=%s "$2" 2>/dev/null || echo 0)
        setpriv --reuid="$1" --regid="$1" --clear-groups fallocate --offset "$size" --length "$mib"M "$2" 2>/dev/null
    done
}
trap 'rm -f ${full} ${left}' EXIT
take 5080 ${full}
setpriv --reuid=5080 --regid=5080 --clear-groups fallocate --length 8M ${full}.more 2>&1
fallocate --length 256M ${left} && echo root has space`;
    const said = await onVm(name, `sudo bash -c ${shellWord(script)}; sudo rm -f ${full}.more`);
    expect(said).toContain("No space left on device");
    expect(said).toContain("root has space");
});

describe("a container of the core", () => {
    it("has a user of its own and no capability; its agent has three", async () => {
        const servers = containers(true).map(({ name }) => name);
        expect(servers.length).toBeGreaterThan(1);
        for (const name of [...servers, coreAgentContainer]) {
            const isAgent = name === coreAgentContainer;
            const seen = await inCore(name);
            expect({ name, ...seen }).toMatchObject({
                name,
                noNewPrivileges: "1",
                effective: isAgent ? ofCoreAgent : none,
                bounding: isAgent ? ofCoreAgent : none,
                root: expect.stringMatching(/^ro\b/) as string,
                write: expect.stringContaining("Read-only file system") as string,
            });
            expect({ name, isRoot: seen.uid === 0 }).toEqual({ name, isRoot: isAgent });
            if (!isAgent) expect(Number(seen.processes)).toBeLessThanOrEqual(1024);
        }
    });

    it("has a limit of memory where the machine can have one", async () => {
        const isLimited = await limitsMemory();
        for (const name of [...containers(true).map((server) => server.name), coreAgentContainer]) {
            const { memory } = await inCore(name);
            expect({ name, isLimited: Number(memory) <= 2048 * 1024 * 1024 }).toEqual({ name, isLimited });
        }
    });
});

/** sshd's sessions are people's, who become root by sudo; it is the image's, and not restricted. */
const unrestricted = ["sshd"];

/** Units that keep capabilities; all others have none. */
const capabilities: Record<string, string> = {
    rtpengine: "cap_net_admin cap_sys_nice",
    "voip-agent":
        "cap_chown cap_dac_override cap_dac_read_search cap_fowner cap_kill cap_sys_admin cap_sys_chroot cap_sys_nice cap_sys_ptrace",
};

/** Restrictions that are the same for each unit. */
const restrictions = {
    NoNewPrivileges: "yes",
    ProtectSystem: "strict",
    ProtectHome: "yes",
    PrivateTmp: "yes",
    ProtectKernelTunables: "yes",
    ProtectKernelModules: "yes",
    ProtectKernelLogs: "yes",
    ProtectControlGroups: "yes",
    RestrictSUIDSGID: "yes",
    LockPersonality: "yes",
};

describe("a unit on a VM", () => {
    it("is restricted as it is written, and its process is", async () => {
        const units = platform.services.filter(({ kind, name }) => kind === "unit" && !unrestricted.includes(name));
        expect(units.length).toBeGreaterThan(4);
        const asked = [...Object.keys(restrictions), "CapabilityBoundingSet", "TasksMax", "User", "MainPID"];
        for (const { name, vm, unit } of units) {
            const said = await onVm(vm, `systemctl show ${asked.map((each) => `-p ${each}`).join(" ")} ${unit}`);
            const shown = Object.fromEntries(
                said
                    .trim()
                    .split("\n")
                    .map((line) => line.split(/=(.*)/s, 2)),
            );
            const kept = shown.CapabilityBoundingSet.split(" ").sort().join(" "); // systemd orders them by number
            expect({ vm, name, ...shown, CapabilityBoundingSet: kept }).toMatchObject({
                ...{ vm, name, ...restrictions, CapabilityBoundingSet: capabilities[name] ?? "" },
                TasksMax: expect.stringMatching(/^\d{2,3}$/) as string,
            });
            expect({ name, isRoot: ["", "root"].includes(shown.User) }).toEqual({
                name,
                isRoot: name === "voip-agent",
            });
            const status = await onVm(vm, `cat /proc/${shown.MainPID}/status`);
            expect(/^NoNewPrivs:\s+(\d)/m.exec(status)?.[1]).toBe("1");
        }
    });
});
