import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { DockerApi } from "../../../clients/docker/api";
import { daemonAt } from "../../../clients/docker/daemon";
import { unframe } from "../../../clients/docker/logs";
import { withDocker } from "../../../clients/docker/session";
import type { VaultMethod } from "../../../clients/vault/client";
import { provisioningPolicy } from "../../../services/openbao/files";
import { findInit, killInit } from "../../../lab/init";
import { enterLab, ensureLab, removeLab } from "../../../lab/lab";
import { forget, isInMemory } from "../../../lab/memory";
import { processes } from "../../../lab/procfs";
import { secretsDirOf, stackPaths } from "../../../paths";
import { runProgram } from "../../../process/program";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import type { VaultJob, VaultReport } from "../../stack/core";
import { tracesOf } from "../../stack/traces";
import { LabWorkspace } from "./workspace";

const stack = "coretest";
const workspace = new LabWorkspace(stack);
const paths = stackPaths(stack);
const coreDir = path.join(paths.dataDir, "core");

interface Outputs {
    vault: { address: string; caFile: string; token: string };
    postgres: { host: string; port: number; password: string };
}
const outputs = () => workspace.outputs<Outputs>();

const inLab = (argv: string[]) => enterLab(stack, argv);

async function ask(
    method: VaultMethod,
    at: string,
    body?: Record<string, unknown>,
    token?: string,
): Promise<VaultReport> {
    const { vault } = await outputs();
    const ca = fs.readFileSync(vault.caFile, "utf8");
    const questions = [{ method, path: at, body, token }];
    const job: VaultJob = { address: vault.address, ca, token: vault.token, questions };
    const [report] = await runProgram<VaultReport[]>("tests/stack/vault-main.ts", job, inLab);
    return report;
}

async function docker<T>(method: "GET" | "POST", at: string): Promise<T> {
    const api = new DockerApi(daemonAt(`unix://${paths.dockerSocket}`, []));
    try {
        return (await api.call(method, at)) as T;
    } finally {
        api.close();
    }
}

interface Container {
    Id: string;
    State: { StartedAt: string; Running: boolean };
}
const containers = ["openbao", "postgres", "core-agent"];
const inspectAll = () => Promise.all(containers.map((name) => docker<Container>("GET", `/containers/${name}/json`)));

/** Processes of the lab, by their own command lines. */
function labProcesses(): { pid: number; commandLine: string }[] {
    const namespace = fs.readlinkSync(`/proc/${findInit(stack)}/ns/net`);
    return processes().flatMap(({ pid }) => {
        try {
            if (fs.readlinkSync(`/proc/${pid}/ns/net`) !== namespace) return [];
            return [{ pid, commandLine: fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }];
        } catch {
            return []; // ended meanwhile
        }
    });
}

const isUp = () =>
    waitFor(
        "OpenBao to be active",
        async () => {
            const { error } = await ask("GET", "sys/health");
            if (error) throw new Error(error);
            return true;
        },
        { deadlineMs: 60_000 },
    );

beforeAll(async () => {
    await removeLab(stack);
    await ensureLab(stack, `file://${workspace.root}`);
    await workspace.engine("up");
});

afterAll(async () => {
    await removeLab(stack);
    workspace.remove();
});

test("OpenBao is active, and provisioning may do what it needs and no more", async () => {
    const self = (await ask("GET", "auth/token/lookup-self")).answer?.data;
    expect(self).toMatchObject({ policies: ["default", "provisioning"], orphan: true, period: 768 * 3600 });
    expect((await ask("POST", "secret/data/mine", { data: { kept: "yes" } })).error).toBeUndefined();
    for (const [method, at] of [
        ["GET", "sys/policies/acl/provisioning"],
        ["POST", "sys/policies/acl/provisioning"],
        ["POST", "sys/policies/acl/other"],
        ["POST", "auth/provisioning/role/provisioning/secret-id"],
        ["POST", "sys/auth/userpass"],
        ["POST", "sys/mounts/other"],
        ["POST", "sys/audit/other"],
        ["DELETE", "sys/audit/file"],
        ["DELETE", "sys/audit/stdout"],
        ["POST", "sys/seal"],
        ["POST", "sys/rotate/root"],
    ] as [VaultMethod, string][]) {
        expect([at, (await ask(method, at, method === "POST" ? {} : undefined)).status]).toEqual([at, 403]);
    }
});

test("provisioning may look at its login where HashiCorp's client does: among the mounts", async () => {
    for (const at of ["sys/mounts/auth/approle", "sys/mounts/auth/approle/tune"]) {
        expect([at, (await ask("GET", at)).status]).not.toEqual([at, 403]);
    }
    expect((await ask("GET", "sys/mounts/auth/provisioning")).status).toBe(403);
});

test("the rights of provisioning can be changed, by a login that can do nothing else", async () => {
    const config = fs.readFileSync(path.join(paths.runDir, "core/openbao/etc/initialize.hcl"), "utf8");
    const [, role_id] = /role_id = "(\S+-policy)"/.exec(config) ?? [];
    const [, secret_id] = /secret_id = "(\w+)"/.exec(config) ?? [];
    const { answer } = await ask("POST", "auth/provisioning/login", { role_id, secret_id });
    const token = answer?.auth?.client_token;
    const policy = provisioningPolicy();
    expect(await ask("POST", "sys/policies/acl/provisioning", { policy }, token)).toEqual({});
    expect((await ask("POST", "sys/policies/acl/provisioning-policy", { policy }, token)).status).toBe(403);
    expect((await ask("GET", "secret/data/mine", undefined, token)).status).toBe(403);
});

test("both servers present certificates of the PKI", async () => {
    const { vault, postgres } = await outputs();
    const shown = async (more: string[], port: string) => {
        const connect = ["openssl", "s_client", "-connect", `${postgres.host}:${port}`, "-CAfile", vault.caFile];
        const { stdout } = await run(inLab([...connect, "-verify_return_error", ...more]));
        return new X509Certificate(/-----BEGIN[^]*?-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? "");
    };
    const ofVault = await shown([], new URL(vault.address).port);
    const ofPostgres = await shown(["-starttls", "postgres"], String(postgres.port));
    for (const certificate of [ofVault, ofPostgres]) {
        expect(certificate.issuer).toContain("intermediate");
        expect(certificate.checkIP(postgres.host)).toBe(postgres.host);
    }
});

test("no secret is visible in containers, processes, state or audit log", async () => {
    const { vault, postgres } = await outputs();
    const config = fs.readFileSync(path.join(paths.runDir, "core/openbao/etc/initialize.hcl"), "utf8");
    const secretId = /secret_id = "(\w+)"/.exec(config)?.[1] ?? "";
    const seal = fs.readFileSync(path.join(paths.runDir, "core/openbao/etc/seal.key"), "utf8");
    const secrets = [vault.token, postgres.password, secretId, seal];
    for (const secret of secrets) expect(secret.length).toBeGreaterThan(20);
    const audit = fs.readFileSync(path.join(coreDir, "openbao/audit/audit.log"), "utf8");
    expect(audit).toContain("secret/data/mine");
    const places = {
        containers: JSON.stringify(await inspectAll()),
        processes: labProcesses()
            .map(({ commandLine }) => commandLine)
            .join("\n"),
        state: workspace.state(),
        audit,
    };
    expect(places.processes).toContain("bao server");
    for (const [place, text] of Object.entries(places)) {
        expect([place, secrets.filter((secret) => text.includes(secret))]).toEqual([place, []]);
    }
    expect(fs.statSync(path.join(paths.runDir, "core/openbao/etc/seal.key")).mode & 0o777).toBe(0o400);
    expect(isInMemory(path.join(paths.runDir, "core/openbao/etc"))).toBe(true);
});

describe("the audit log", () => {
    const dir = path.join(coreDir, "openbao/audit");
    const log = path.join(dir, "audit.log");
    const limit = 16 << 20; // services/openbao/guest

    /** The log was renamed, and OpenBao writes to a new one. */
    const rotated = (renamed: number) =>
        waitFor(
            "another audit log",
            async () => {
                await ask("GET", "auth/token/lookup-self");
                const { ino, size } = fs.statSync(log);
                return ino !== renamed && size > 0 && size < limit ? true : undefined;
            },
            { deadlineMs: 60_000 },
        );

    it("is renamed when it is large, and five files are kept", async () => {
        for (let times = 0; times < 6; times++) {
            const { ino } = fs.statSync(log);
            fs.truncateSync(log, limit - 1); // which takes no space
            expect(await ask("GET", `secret/data/number-${times}`)).not.toHaveProperty("error");
            await rotated(ino);
            expect(fs.readFileSync(`${log}.1`, "latin1")).toContain(`secret/data/number-${times}`);
        }
        const names = ["audit.log", ...[1, 2, 3, 4].map((n) => `audit.log.${n}`)];
        expect(fs.readdirSync(dir).sort()).toEqual(names);
    });

    it("can fail, such as on a full disk, without OpenBao refusing anything; the container's log has the records", async () => {
        const aside = `${log}.aside`;
        const reopen = () => docker("POST", "/containers/openbao/kill?signal=HUP");
        const grows = async (file: string): Promise<boolean> => {
            const { size } = fs.statSync(file);
            const { error } = await ask("GET", "auth/token/lookup-self");
            if (error) throw new Error(error);
            return fs.statSync(file).size > size;
        };
        fs.renameSync(log, aside);
        fs.symlinkSync("/dev/full", log);
        try {
            await reopen();
            const left = async () => ((await grows(aside)) ? undefined : true);
            await waitFor("OpenBao to leave the renamed log", left, { deadlineMs: 20_000 });
            expect(await ask("POST", "secret/data/unwritten", { data: { kept: "yes" } })).not.toHaveProperty("error");
            const query = { stdout: "1", tail: "20" };
            const said = await withDocker(`unix://${paths.dockerSocket}`, (api) =>
                api.call("GET", "/containers/openbao/logs", { query }),
            );
            expect(unframe(said as Buffer)).toContain("secret/data/unwritten");
        } finally {
            fs.renameSync(aside, log);
            await reopen();
        }
        await waitFor("records in the file", async () => (await grows(log)) || undefined, { deadlineMs: 20_000 });
    });
});

test("up again finds nothing to do, and refresh no drift", async () => {
    const same = await workspace.engine("up");
    expect(Object.keys(same)).toEqual(["same"]);
    expect(await workspace.engine("refresh")).not.toHaveProperty("update");
});

test("a killed Docker daemon is restarted, and the containers keep running", async () => {
    const before = await inspectAll();
    const daemon = labProcesses().find(({ commandLine }) => commandLine.startsWith("dockerd "));
    process.kill(daemon?.pid ?? NaN, "SIGKILL");
    const after = await waitFor("Docker", inspectAll, { deadlineMs: 60_000 });
    expect(after.map(({ Id, State }) => [Id, State.StartedAt])).toEqual(
        before.map(({ Id, State }) => [Id, State.StartedAt]),
    );
});

test("servers that were stopped are drift, and up starts them with their data", async () => {
    await Promise.all(["openbao", "postgres"].map((name) => docker("POST", `/containers/${name}/kill`)));
    expect((await workspace.engine("refresh")).update).toBeGreaterThanOrEqual(3);
    await workspace.engine("up");
    expect((await ask("GET", "secret/data/mine")).answer?.data?.data).toEqual({ kept: "yes" });
});

test("a lab that was killed comes back with all data, also when what was in memory is lost", async () => {
    const { vault } = await outputs();
    await killInit(stack);
    await forget(secretsDirOf(paths.runDir));
    await ensureLab(stack, `file://${workspace.root}`);
    await workspace.engine("refresh");
    await workspace.engine("up");
    expect((await ask("GET", "secret/data/mine")).answer?.data?.data).toEqual({ kept: "yes" });
    expect((await outputs()).vault.token).toBe(vault.token);
    expect(await inspectAll()).toMatchObject(containers.map(() => ({ State: { Running: true } })));
    await workspace.engine("refresh"); // asks PostgreSQL, with the superuser's password
});

test("a revoked token of provisioning is replaced", async () => {
    const { vault } = await outputs();
    await ask("POST", "auth/token/revoke-self");
    await workspace.engine("up");
    expect((await outputs()).vault.token).not.toBe(vault.token);
    expect((await ask("GET", "secret/data/mine")).answer?.data?.data).toEqual({ kept: "yes" });
});

test("a server whose certificate has expired uses its first one until the agent is back", async () => {
    const server = path.join(coreDir, "openbao/tls/server.pem");
    await docker("POST", "/containers/core-agent/stop");
    fs.rmSync(server);
    await docker("POST", "/containers/openbao/restart");
    await isUp();
    expect(fs.readFileSync(server)).toEqual(fs.readFileSync(path.join(coreDir, "openbao/tls/bootstrap.pem")));
    await workspace.engine("refresh");
    await workspace.engine("up");
    expect(new X509Certificate(fs.readFileSync(server)).issuer).toContain("intermediate");
    await isUp();
});

test("an interrupted initialisation starts again", async () => {
    await docker("POST", "/containers/openbao/stop");
    fs.rmSync(path.join(coreDir, "openbao/initialised"));
    fs.writeFileSync(path.join(coreDir, "openbao/data/raft/vault.db"), "half");
    await docker("POST", "/containers/openbao/start");
    await workspace.engine("refresh");
    // the state knows of mounts that were made in a server that was whole: they are found missing once it is there again
    await workspace.engine("up").catch((error: Error) => expect(error.message).toContain("core-role"));
    await workspace.engine("refresh");
    await workspace.engine("up");
    expect((await ask("GET", "auth/token/lookup-self")).answer?.data).toMatchObject({ period: 768 * 3600 });
    expect((await ask("GET", "secret/data/mine")).status ?? 404).not.toBe(200);
});

test("destroy leaves no trace", async () => {
    await workspace.engine("destroy");
    expect(labProcesses().filter(({ commandLine }) => /^(bao|postgres|containerd)/.test(commandLine))).toEqual([]);
    expect(fs.readdirSync(coreDir).filter((name) => name !== "trust")).toEqual([]);
    await removeLab(stack);
    expect(await tracesOf(stack)).toEqual([]);
});
