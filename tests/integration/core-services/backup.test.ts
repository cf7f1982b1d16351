import * as fs from "node:fs";
import * as path from "node:path";
import { DockerApi } from "../../../clients/docker/api";
import { daemonAt } from "../../../clients/docker/daemon";
import type { VaultMethod } from "../../../clients/vault/client";
import type { Rows } from "../../../cli/backup/counts";
import { openManifest, type Manifest } from "../../../cli/backup/manifest";
import { feedPart, packed } from "../../../cli/backup/parts";
import { checkBackup, partOf, placeBackup, type RestoreRequest } from "../../../cli/backup/place";
import { takeBackup, type BackupRequest } from "../../../cli/backup/take";
import { enterLab, ensureLab, removeLab } from "../../../lab/lab";
import { stackPaths } from "../../../paths";
import { runProgram } from "../../../process/program";
import { run } from "../../../process/run";
import type { DatabaseJob, DatabaseReport, VaultJob, VaultReport } from "../../stack/core";
import { LabWorkspace } from "./workspace";

const stack = "backuptest";
const workspace = new LabWorkspace(stack);
const paths = stackPaths(stack);
const passphrase = "of the backup";
const dir = path.join(workspace.root, "backup");
const spool = path.join(workspace.root, "spool");
const configFile = path.join(workspace.dir, `Pulumi.${stack}.yaml`);
const key = path.join(paths.dataDir, "ssh", "id_ed25519");

interface Outputs {
    vault: { address: string; caFile: string; token: string };
    postgres: { host: string; port: number; password: string; user: string; caFile: string };
}
const outputs = () => workspace.outputs<Outputs>();
const inLab = (argv: string[]) => enterLab(stack, argv);

async function ask(method: VaultMethod, at: string, body?: Record<string, unknown>): Promise<VaultReport> {
    const { vault } = await outputs();
    const ca = fs.readFileSync(vault.caFile, "utf8");
    const job: VaultJob = { ...vault, ca, questions: [{ method, path: at, body }] };
    return (await runProgram<VaultReport[]>("tests/stack/vault-main.ts", job, inLab))[0];
}

async function sql(database: string, statement: string, more: Partial<DatabaseJob> = {}): Promise<DatabaseReport> {
    const { host, port, user, password, caFile } = (await outputs()).postgres;
    const job: DatabaseJob = { login: { host, port, user, password, caFile }, database, statement, ...more };
    return runProgram<DatabaseReport>("tests/stack/database-main.ts", job, inLab);
}

/** The accounts as the proxy reads them, from its address: this lab has no VM, and the address is free. */
async function readAsProxy(password: string): Promise<DatabaseReport> {
    const { host, port, caFile } = (await outputs()).postgres;
    const localAddress = "192.168.64.10";
    await run(inLab(["ip", "address", "replace", `${localAddress}/32`, "dev", "lo"]));
    const login = { host, port, caFile, user: "kamailio", password };
    return sql("kamailio", "SELECT * FROM subscriber", { login, localAddress });
}

async function countRows(): Promise<Rows> {
    const { host, port, user, password, caFile } = (await outputs()).postgres;
    const login = { host, port, user, password, caFile };
    return runProgram<Rows>("cli/backup/rows-main.ts", { login }, inLab);
}

async function openbaoActive(): Promise<string> {
    const { address, caFile } = (await outputs()).vault;
    return runProgram<string>("cli/backup/active-main.ts", { address, caFile }, inLab);
}

async function docker<T>(method: "GET" | "POST", at: string): Promise<T> {
    const api = new DockerApi(daemonAt(`unix://${paths.dockerSocket}`, []));
    try {
        return (await api.call(method, at)) as T;
    } finally {
        api.close();
    }
}
const isRunning = async (name: string): Promise<boolean> =>
    (await docker<{ State: { Running: boolean } }>("GET", `/containers/${name}/json`)).State.Running;

const said: string[] = [];
const backup = (more: Partial<BackupRequest> = {}): Promise<Manifest> =>
    takeBackup({
        place: { stack, dataDir: paths.dataDir, dockerHost: `unix://${paths.dockerSocket}` },
        projectDir: workspace.dir,
        dir,
        passphrase,
        postgresPort: 5432,
        countRows,
        openbaoActive,
        pbxs: [{ name: "pbx-1", archive: packed("--directory", spool, "asterisk") }],
        progress: (line) => said.push(line),
        signal: new AbortController().signal,
        ...more,
    });

const request: RestoreRequest = {
    ...{ stack, projectDir: workspace.dir, dataDir: paths.dataDir, dir, passphrase, keepConfig: false },
    stackPassphrase: "core-services", // of the workspace
};

/** What the servers hold: it is compared before and after. */
async function contents() {
    const { answer: credentials } = await ask("GET", "database/static-creds/kamailio");
    const { password } = credentials?.data as { password: string };
    return {
        secret: (await ask("GET", "secret/data/mine")).answer?.data?.data,
        routes: (await ask("GET", "secret/data/kamailio")).answer?.data?.data,
        ca: (await ask("GET", "pki_int/cert/ca_chain")).answer?.data?.certificate,
        password,
        accounts: (await readAsProxy(password)).rows,
        cdr: (await sql("cdr", "SELECT * FROM cdr")).rows,
        roles: (await sql("postgres", "SELECT rolname, rolpassword FROM pg_authid ORDER BY rolname")).rows,
    };
}
let before: Awaited<ReturnType<typeof contents>>;
let manifest: Manifest;

beforeAll(async () => {
    await removeLab(stack);
    await ensureLab(stack, `file://${workspace.root}`);
    await workspace.engine("up");
    await ask("POST", "secret/data/mine", { data: { kept: "yes" } });
    await sql("kamailio", "INSERT INTO subscriber (username, domain, ha1) VALUES ('1900', 'sip.local', 'hash')");
    await sql(
        "cdr",
        "INSERT INTO cdr (time, call_id) SELECT now() - n * interval '1 day', n FROM generate_series(1, 9) n",
    );
    fs.mkdirSync(path.dirname(key), { recursive: true, mode: 0o700 });
    fs.writeFileSync(key, "the operator's key", { mode: 0o600 });
    const box = path.join(spool, "asterisk/voicemail/default/1002/INBOX");
    fs.mkdirSync(box, { recursive: true });
    for (const name of ["msg0000.txt", "msg0000.wav", "msg0001.txt"]) fs.writeFileSync(path.join(box, name), "message");
    fs.chownSync(path.join(box, "msg0000.wav"), 1234, 5678);
    fs.chmodSync(path.join(box, "msg0000.wav"), 0o640);
    before = await contents();
});

afterAll(async () => {
    await removeLab(stack);
    workspace.remove();
});

describe("a backup of the core services", () => {
    it("has every part, and counts what is in them", async () => {
        expect(before.accounts).toHaveLength(1);
        manifest = await backup();
        expect(manifest.parts.map(({ name }) => name).sort()).toEqual(
            ["openbao", "postgres", "ssh", "state", "voicemail-pbx-1"].sort(),
        );
        expect(manifest.counts).toEqual([
            { name: "accounts", least: 1, most: 1 },
            { name: "endpoints", least: 0, most: 0 },
            { name: "voicemail boxes", least: 0, most: 0 },
            { name: "call detail records", least: 9, most: 9 },
            { name: "voicemail messages on pbx-1", least: 2, most: 2 },
        ]);
        expect(said.join("\n")).toMatch(
            /openbao stops[^]*openbao: [^]*openbao is active again, after \d+ s[^]*postgres: /,
        );
    });

    it("leaves the servers running, the stack without a lock, and no copy behind", async () => {
        expect((await ask("GET", "secret/data/mine")).answer?.data?.data).toEqual({ kept: "yes" });
        expect(await Promise.all(["openbao", "postgres"].map(isRunning))).toEqual([true, true]);
        expect(fs.existsSync(path.join(paths.dataDir, "core/postgres/data/backup"))).toBe(false);
        expect(Object.keys(await workspace.engine("up"))).toEqual(["same"]);
    });

    it("has nothing in plain", () => {
        for (const { file } of manifest.parts) {
            expect(fs.readFileSync(path.join(dir, file)).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
        }
        expect(fs.readdirSync(dir).sort()).toEqual(["manifest.json", ...manifest.parts.map(({ file }) => file)].sort());
    });

    it("is not written over", async () => {
        await expect(backup()).rejects.toThrow(`${dir} already holds a backup: give each one a directory of its own`);
        await expect(backup({ dir: spool })).rejects.toThrow("is not empty (asterisk)");
    });

    it("that fails leaves nothing, and OpenBao running", async () => {
        const other = path.join(workspace.root, "failed");
        const archive = { argv: ["sh", "-c", "echo no such host >&2; exit 255"] };
        const failing = backup({ dir: other, pbxs: [{ name: "pbx-1", archive }] });
        await expect(failing).rejects.toThrow(/exit status 255\nno such host/);
        expect(fs.readdirSync(other)).toEqual([]);
        await expect(backup({ dir: other, postgresPort: 1 })).rejects.toThrow(/in container postgres: exit status/);
        expect(fs.readdirSync(other)).toEqual([]);
        expect(await isRunning("openbao")).toBe(true);
        expect(fs.existsSync(path.join(paths.dataDir, "core/postgres/data/backup"))).toBe(false);
    });

    it("needs both servers", async () => {
        await docker("POST", "/containers/openbao/stop");
        const other = path.join(workspace.root, "not-made");
        await expect(backup({ dir: other })).rejects.toThrow(
            `openbao of stack ${stack} does not run: run ./voip up first`,
        );
        expect(fs.existsSync(other)).toBe(false);
        await docker("POST", "/containers/openbao/start");
    });
});

describe("a restore", () => {
    it("refuses a machine that has the stack's files", async () => {
        await expect(checkBackup(request)).rejects.toThrow(`there are files of stack ${stack} in ${paths.dataDir}`);
    });

    it("brings everything back where the machine is lost", async () => {
        const config = fs.readFileSync(configFile, "utf8");
        await removeLab(stack);
        fs.rmSync(path.join(workspace.root, ".pulumi"), { recursive: true });
        fs.rmSync(configFile);

        await placeBackup(request, await checkBackup(request));
        expect(fs.readFileSync(configFile, "utf8")).toBe(config);
        expect(fs.readFileSync(key, "utf8")).toBe("the operator's key");
        expect(fs.statSync(key).mode & 0o777).toBe(0o600);
        // without its mark, a server that starts slowly would be taken for one that is new, and its data removed
        expect(fs.existsSync(path.join(paths.dataDir, "core/openbao/initialised"))).toBe(true);
        expect(fs.readdirSync(path.dirname(paths.dataDir))).toEqual([stack]);

        await ensureLab(stack, `file://${workspace.root}`);
        const changes = await workspace.engine("up");
        expect(changes.delete).toBeUndefined();
        expect(changes.replace).toBeUndefined();
        expect(await contents()).toEqual(before);
        expect(await countRows()).toMatchObject({ accounts: 1, "call detail records": 9 });
    });

    it("leaves nothing to do, and no drift", async () => {
        expect(Object.keys(await workspace.engine("up"))).toEqual(["same"]);
        expect(await workspace.engine("refresh")).not.toHaveProperty("update");
    });

    it("leaves passwords that OpenBao can change", async () => {
        await ask("POST", "database/rotate-role/kamailio");
        const after = await contents();
        expect(after.password).not.toBe(before.password);
        expect(after.accounts).toEqual(before.accounts);
    });

    it("feeds voicemail to a PBX with owners and permissions", async () => {
        const { identity } = await openManifest(dir, passphrase);
        const back = path.join(workspace.root, "back");
        fs.mkdirSync(back);
        const tar = [
            "tar",
            "--extract",
            "--numeric-owner",
            "--same-owner",
            "--preserve-permissions",
            "--directory",
            back,
        ];
        await feedPart({ dir, part: partOf(manifest, "voicemail-pbx-1"), identity }, { argv: tar });
        const message = path.join(back, "asterisk/voicemail/default/1002/INBOX/msg0000.wav");
        expect(fs.readFileSync(message, "utf8")).toBe("message");
        const { uid, gid, mode } = fs.statSync(message);
        expect([uid, gid, mode & 0o777]).toEqual([1234, 5678, 0o640]);
    });
});
