import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { virsh } from "../../../clients/libvirt";
import { validateStack } from "../../../config";
import { buildImage } from "../../../images/build";
import { checkedFile } from "../../../images/checked-file";
import { imageCommandLine } from "../../../images/disk";
import type { BuiltImage } from "../../../images/manifest";
import { waitingLine, type SavedGuest } from "../../../images/saved";
import { enterLab, ensureLab, removeLab } from "../../../lab/lab";
import { stackPaths } from "../../../paths";
import { nodeArgv } from "../../../process/node";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import type { VmDefinition } from "../../../providers/vm/definition";
import type { VmOutcome } from "../../../providers/vm/lifecycle";
import { provider as network } from "../../../providers/vm-network/provider";
import { definitions } from "../../../services/definitions";
import type { Job } from "./saved-main";

jest.setTimeout(600_000);

const stack = "savedtest";
const { dataDir, libvirtUri: uri } = stackPaths(stack);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "saved-"));
const file = (name: string) => path.join(dir, name);

/** Saved guests of these tests, which damage them; images are those of everybody. */
const cache = file("cache");
const guests = path.join(cache, "voip-stack", "guests");

const vmNames = ["one", "two"] as const;
type VmName = (typeof vmNames)[number];
const addresses: Record<VmName, string> = { one: "192.168.64.101", two: "192.168.64.102" };

let image: BuiltImage;

function definitionOf(vmName: VmName): VmDefinition {
    const nic = (name: string, net: string, third: string, address: string) => ({
        name,
        mac: `52:54:00:12:${third}:0${vmNames.indexOf(vmName)}`,
        network: net,
        address,
        prefix: 24,
    });
    return {
        hypervisor: "libvirt",
        uri,
        vmName,
        vcpus: 1,
        memoryMiB: 512,
        diskGiB: 20,
        ...{ disk: image.disk, kernel: image.kernel, initrd: image.initrd, cmdline: imageCommandLine },
        nics: [nic("eth0", "internal", "34", addresses[vmName]), nic("eth1", "external", "35", outside(vmName))],
        authorizedKey: fs.readFileSync(file("operator.pub"), "utf8").trim(),
        hostKeyFile: file(`${vmName}-host-key`),
        sshConfig: file("config"),
        dataDir,
        state: "running",
        ready: "ssh",
    };
}

/** The process that makes or removes a VM, and what it says on the way. */
const jobArgv = enterLab(stack, nodeArgv("tests/integration/vm/saved-main.ts"));
const env = { XDG_CACHE_HOME: cache };
async function job(act: Job["act"], vmName: VmName): Promise<VmOutcome & { said: string }> {
    const input = JSON.stringify({ act, definition: definitionOf(vmName) } satisfies Job);
    const { stdout, stderr } = await run(jobArgv, { input, env });
    return { ...(JSON.parse(stdout) as VmOutcome), said: stderr };
}

/** Runs a command on a VM; its host key must be the one that it was given. */
async function on(vmName: VmName, command: string): Promise<string> {
    const { stdout } = await run(enterLab(stack, ["ssh", "-F", file("config"), vmName, "--", command]));
    return stdout.trim();
}

/** Runs a command on a VM after which nobody there may answer. */
async function strike(vmName: VmName, command: string): Promise<void> {
    const ssh = enterLab(stack, ["ssh", "-F", file("config"), vmName, "--", command]);
    await run(ssh, { timeoutMs: 10_000 }).catch(() => undefined);
}

/** Whether the lab's host gets a connection to the sshd at this address. */
async function answers(address: string): Promise<boolean> {
    const connect = ["timeout", "3", "bash", "-c", `: </dev/tcp/${address}/22`];
    return (await run(enterLab(stack, connect), { okStatus: [0, 124] })).status === 0;
}
const outside = (vmName: VmName): string => addresses[vmName].replace("192.168.64", "10.64.0");

/** Sets a guest's watchdog to 10 s, until its next boot. */
const shorter =
    "sudo busctl set-property org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager " +
    "RuntimeWatchdogUSec t 10000000";

const domains = async () => (await virsh(uri, ["list", "--all", "--name"])).stdout.split("\n").filter(Boolean);

/** A VM's machine-id is its UUID in libvirt. */
const machineId = (uuid: string) => uuid.replaceAll("-", "");

const entryDirs = () => fs.readdirSync(guests).map((name) => path.join(guests, name));
const manifestFile = () => path.join(entryDirs()[0], "manifest.json");
const manifest = () => JSON.parse(fs.readFileSync(manifestFile(), "utf8")) as Manifest;

beforeAll(async () => {
    const checked = validateStack("testing");
    if ("problems" in checked) throw new Error(checked.problems.join("\n"));
    const { debianSuite: suite, debianMirror: mirror, aptCheckValidUntil: checkValidUntil } = checked.config;
    const request = { kind: "media", suite, containers: [], ...(mirror ? { mirror } : {}) };
    image = await buildImage(request, { definitions, checkValidUntil, progress: () => undefined });

    const keygen = (name: string) => run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file(name)]);
    await Promise.all([keygen("operator"), ...vmNames.map((name) => keygen(`${name}-host-key`))]);
    const hosts = vmNames.map((name) => `Host ${name}\n  HostName ${addresses[name]}\n`);
    const options = { User: "voip", IdentityFile: file("operator"), UserKnownHostsFile: file("known_hosts") };
    const lines = Object.entries({ ...options, StrictHostKeyChecking: "yes", ConnectTimeout: "5" }).map(
        (option) => `  ${option.join(" ")}\n`,
    );
    fs.writeFileSync(file("config"), `${hosts.join("")}Host *\n${lines.join("")}`);
    const known = vmNames.map((name) => `${addresses[name]} ${fs.readFileSync(file(`${name}-host-key.pub`), "utf8")}`);
    fs.writeFileSync(file("known_hosts"), known.join(""));

    await removeLab(stack);
    await ensureLab(stack, "file:///nowhere");
    const net = { uri, prefix: 24, state: "active" };
    await network.create({ ...net, networkName: "internal", bridge: "br-int", address: "192.168.64.1" });
    await network.create({ ...net, networkName: "external", bridge: "br-ext", address: "10.64.0.1" });
});

afterAll(async () => {
    await removeLab(stack);
    fs.rmSync(dir, { recursive: true });
});

describe("a saved guest", () => {
    it("is left neither complete nor running if its maker is killed", async () => {
        const killed = spawn(jobArgv[0], jobArgv.slice(1), {
            env: { ...process.env, ...env },
            stdio: ["pipe", "ignore", "ignore"],
            detached: true,
        });
        killed.stdin.end(JSON.stringify({ act: "create", definition: definitionOf("one") } satisfies Job));
        await waitFor("the guest to boot", async () => ((await domains()).length ? true : undefined), {
            deadlineMs: 60_000,
        });
        process.kill(-(killed.pid ?? 0), "SIGKILL");
        await waitFor("its end", async () => ((await domains()).length ? undefined : true), { deadlineMs: 30_000 });
        expect(entryDirs().filter((name) => !name.endsWith(".tmp"))).toEqual([]);
    });

    it("is made once, and gives two VMs that share no identity", async () => {
        const one = await job("create", "one");
        expect(one.said).toMatch(/boots without an identity, to be saved\n[^]*goes on from a saved memory/);
        const two = await job("create", "two");
        expect(two.said).toMatch(/^two goes on from a saved memory\ntwo answers ssh after [\d.]+ s\n$/);
        expect(entryDirs()).toHaveLength(1);

        const facts = [
            "hostname",
            "cat /etc/machine-id",
            "cat /proc/sys/kernel/random/boot_id",
            "sudo cat /sys/class/dmi/id/product_uuid",
            "ip -o link | grep -o 'link/ether [^ ]*'",
            "ip -o -4 address | grep -o 'inet [0-9.]*' | grep -v 127",
            "ls /run/log/journal",
            "head -c 32 /dev/urandom | base64",
            "openssl rand -hex 32",
            "sudo cat /run/credentials/@system/voip.ssh_host_key",
        ];
        const values: Record<VmName, string[]> = { one: [], two: [] };
        for (const name of vmNames) {
            await on(name, "until systemctl is-active --quiet voip-thawed; do sleep 0.1; done");
            for (const fact of facts) values[name].push(await on(name, fact));
        }
        const shared = facts.filter((_, at) => values.one[at] === values.two[at]);
        expect(shared).toEqual([]);
        expect(values.one.slice(0, 2)).toEqual(["one", machineId(one.uuid)]);
        expect(values.two.slice(0, 2)).toEqual(["two", machineId(two.uuid)]);
        expect([values.one[3], values.two[3]]).toEqual([one.uuid, two.uuid]);
        expect([values.one[6], values.two[6]]).toEqual([machineId(one.uuid), machineId(two.uuid)]);
        expect(values.one[5]).toBe("inet 192.168.64.101\ninet 10.64.0.101");
        expect(values.two[5]).toBe("inet 192.168.64.102\ninet 10.64.0.102");
    });

    it("continues with the current time and all that had booted", async () => {
        const before = Date.now() / 1000;
        const guest = Number(await on("two", "date +%s.%N"));
        expect(guest).toBeGreaterThan(before - 2);
        expect(guest).toBeLessThan(Date.now() / 1000 + 2);
        expect(await on("two", "systemctl --failed --no-legend; systemctl is-system-running")).toBe("running");
    });

    it("is watched, and restarts when its kernel fails", async () => {
        const watchdog = (name: VmName) => on(name, "cat /sys/class/watchdog/watchdog0/{identity,state,timeout}");
        for (const name of vmNames) expect(await watchdog(name)).toMatch(/^i6300ESB.*\nactive\n120$/);
        expect(await on("one", "cat /proc/sys/kernel/{panic,panic_on_oops}")).toBe("10\n1");
    });

    it("accepts logins from inside only before it has its own firewall rules", async () => {
        for (const name of vmNames)
            expect([await answers(addresses[name]), await answers(outside(name))]).toEqual([true, false]);
    });

    it("is as closed when its firewall's unit has stopped", async () => {
        const rules = await on("one", "sudo nft list ruleset");
        expect(rules).toContain("policy drop");
        await on("one", "sudo systemctl stop nftables");
        expect(await on("one", "sudo nft list ruleset")).toBe(rules);
        expect(await answers(outside("one"))).toBe(false);
    });

    it("contains nothing of the VMs that started from it", async () => {
        const secrets = vmNames.flatMap((name) => [
            fs.readFileSync(file(`${name}-host-key`), "utf8").split("\n")[1],
            fs.readFileSync(file(`${name}-host-key.pub`), "utf8").split(" ")[1],
            definitionOf(name).authorizedKey.split(" ")[1],
        ]);
        const { memory, disk } = manifest();
        const holding = async (text: string) =>
            (await run(["grep", "-laF", text, memory.file, disk.file], { okStatus: [0, 1] })).stdout;
        expect(await holding(waitingLine)).toContain(memory.file);
        for (const secret of secrets) expect(await holding(secret)).toBe("");
    });

    it.each([
        ["reset", () => virsh(uri, ["reset", "one"])],
        ["cut off", () => virsh(uri, ["destroy", "one"])],
        ["struck by a failure of its kernel", () => strike("one", "echo c | sudo tee /proc/sysrq-trigger")],
        ["without its init for longer than its watchdog waits", () => strike("one", `${shorter} && sudo kill -SEGV 1`)],
    ])("is left behind by a VM that is %s: it boots from its own disk, and is the same VM", async (_, blow) => {
        const facts = "hostname; cat /etc/machine-id; sudo cat /sys/class/dmi/id/product_uuid; cat mark";
        await on("one", "echo kept >mark; echo wrong rules | sudo tee /etc/nftables.conf; sync");
        const before = await on("one", facts);
        const boot = await on("one", "cat /proc/sys/kernel/random/boot_id");
        await blow();
        const again = await waitFor(
            "another boot",
            async () => {
                const id = await on("one", "cat /proc/sys/kernel/random/boot_id");
                return id === boot ? undefined : id;
            },
            { deadlineMs: 180_000 },
        );
        expect(again).toMatch(/^[0-9a-f-]{36}$/);
        expect(await on("one", facts)).toBe(before);
        expect(await on("one", "grep -c init=/bin/bash /proc/cmdline || true; ls /run/voip-thaw 2>&1 || true")).toBe(
            "0\nls: cannot access '/run/voip-thaw': No such file or directory",
        );
        expect(await on("one", "ip -o -4 address | grep -o 'inet [0-9.]*' | grep -v 127")).toBe(
            "inet 192.168.64.101\ninet 10.64.0.101",
        );
        expect(await answers(outside("one"))).toBe(false);
    });

    it.each([
        ["damaged", flipByte, /: \S+\/memory is damaged\n/],
        ["refused by QEMU", spoilStream, /virsh [^]*exit status 1/],
    ])("is removed when it is %s, and the VM boots and reports it", async (_, spoil, reason) => {
        await job("create", "two");
        await spoil(manifest());
        const { said, uuid } = await job("create", "two");
        expect(said).toContain("two boots, as it could not go on from its saved memory: ");
        expect(said).toMatch(reason);
        expect(said).toMatch(/two starts\ntwo answers ssh/);
        expect(await on("two", "hostname; cat /etc/machine-id")).toBe(`two\n${machineId(uuid)}`);
        expect(entryDirs()).toEqual([]);
    });
});

type Manifest = Omit<SavedGuest, "entry">;

/** In the middle, where it is some page of the guest's. */
async function flipByte({ memory }: Manifest): Promise<void> {
    const bytes = fs.readFileSync(memory.file);
    bytes[Math.floor(memory.bytes / 2)] ^= 1;
    fs.writeFileSync(memory.file, bytes);
}

/** It is whole, and no memory: as one of another QEMU's would be. */
async function spoilStream({ memory, disk }: Manifest): Promise<void> {
    const bytes = fs.readFileSync(memory.file);
    bytes.fill(0, memory.start, memory.start + 4096);
    fs.writeFileSync(memory.file, bytes);
    const other = { memory: await checkedFile(memory.file, memory.start), disk };
    fs.writeFileSync(manifestFile(), JSON.stringify(other));
}
