import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../process/run";
import { readAccess, removeAccess, sshConfig, writeAccess } from "../../../providers/ssh-access/access";

const base = fs.mkdtempSync(path.join(os.tmpdir(), "access-"));
const access = {
    dir: path.join(base, "ssh"),
    runDir: path.join(base, "run"),
    user: "voip",
    hosts: [
        { name: "sip-1", address: "192.168.64.10" },
        { name: "sip-1-0", address: "192.168.64.11" },
    ],
};

beforeEach(() => removeAccess(access));
afterAll(() => fs.rmSync(base, { recursive: true }));

it("writes a configuration that ssh understands", async () => {
    const { configFile } = await writeAccess(access);
    const { stdout } = await run(["ssh", "-F", configFile, "-G", "sip-1"]);
    expect(stdout).toContain("hostname 192.168.64.10\n");
    expect(stdout).toContain("user voip\n");
    expect(stdout).toContain("stricthostkeychecking true\n");
    expect(stdout).toContain(`identityfile ${path.join(access.dir, "id_ed25519")}\n`);
});

it("says all that ssh has to know", () => {
    expect(sshConfig({ ...access, dir: "/data/ssh", runDir: "/run/voip-stack/dev" })).toMatchSnapshot();
});

it("lets nobody but their owner read any of the files", async () => {
    await writeAccess(access);
    const modes = ["", "config", "known_hosts", "id_ed25519"].map(
        (file) => fs.statSync(path.join(access.dir, file)).mode & 0o077,
    );
    expect(modes).toEqual([0, 0, 0, 0]);
});

it("knows each host by its own key", async () => {
    const { hostKeyFiles } = await writeAccess(access);
    const known = fs.readFileSync(path.join(access.dir, "known_hosts"), "utf8").trim().split("\n");
    expect(known.map((line) => line.split(" ")[0])).toEqual(["sip-1", "sip-1-0"]);
    const publicKey = (await run(["ssh-keygen", "-y", "-f", hostKeyFiles["sip-1"]])).stdout.trim().split(" ")[1];
    expect(known[0]).toContain(publicKey);
});

it("keeps the keys when it is written again, and drops those of hosts that left", async () => {
    const first = await writeAccess(access);
    expect(readAccess(access)).toEqual(first);
    const second = await writeAccess({ ...access, hosts: [access.hosts[0]] });
    expect(second.publicKey).toBe(first.publicKey);
    expect(second.hostKeyFiles).toEqual({ "sip-1": first.hostKeyFiles["sip-1"] });
    expect(fs.existsSync(first.hostKeyFiles["sip-1-0"])).toBe(false);
});

it("gives a new key a new path, so that what depends on it notices", async () => {
    const first = await writeAccess(access);
    fs.rmSync(first.hostKeyFiles["sip-1"]);
    expect(readAccess(access)).toBeUndefined();
    const second = await writeAccess(access);
    expect(second.hostKeyFiles["sip-1"]).not.toBe(first.hostKeyFiles["sip-1"]);
    expect(second.hostKeyFiles["sip-1-0"]).toBe(first.hostKeyFiles["sip-1-0"]);
    expect(readAccess(access)).toEqual(second);
});

it.each(["config", "known_hosts", "id_ed25519"])("sees that %s is missing", async (file) => {
    await writeAccess(access);
    fs.rmSync(path.join(access.dir, file));
    expect(readAccess(access)).toBeUndefined();
});
