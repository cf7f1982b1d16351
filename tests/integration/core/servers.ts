import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { withDatabase, type PostgresLogin } from "../../../clients/postgres/connection";
import { VaultClient } from "../../../clients/vault/client";
import { validateStack } from "../../../config";
import { buildStore } from "../../../images/build";
import { entryDir } from "../../../images/cache";
import { definitions } from "../../../services/definitions";
import { layerEntries, type ImageRequest } from "../../../images/recipe";
import { waitFor } from "../../../process/wait";
import { makeCertificate } from "../../../providers/bootstrap-certificate/certificate";

/** A server of the tests' own, on loopback. */
interface Started {
    /** What it printed. */
    log(): string;
    stop(): Promise<void>;
}

export interface TestPostgres extends Started {
    login: PostgresLogin;
}

export interface TestOpenbao extends Started {
    address: string;
    caFile: string;
    /** With the root token. */
    root: VaultClient;
    token: string;
}

const user = 5432; // services/postgres/image.sh

export function freePort(): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer().on("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number };
            server.close(() => resolve(port));
        });
    });
}

/** Directories of a core service's container image, lowest first; builds it unless the cache has it. */
async function layersOf(layer: string): Promise<string[]> {
    const checked = validateStack("testing");
    if ("problems" in checked) throw new Error(checked.problems.join("\n"));
    const { debianSuite, debianMirror, aptCheckValidUntil } = checked.config;
    const containers = [{ name: "openbao" }, { name: "postgres" }];
    const request: ImageRequest = { kind: "core", suite: debianSuite, mirror: debianMirror || undefined, containers };
    const progress = (line: string) => console.info(line);
    await buildStore(request, { definitions, checkValidUntil: aptCheckValidUntil, progress });
    return layerEntries(definitions, layer, request).map((entry) => path.join(entryDir("layers", entry), "fs"));
}

/** A process that ends with this one. */
function start(argv: string[]): Started {
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...argv], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    return {
        log: () => said,
        async stop() {
            child.kill("SIGKILL");
            await ended;
        },
    };
}

async function ready<T extends Started>(what: string, server: T, probe: () => Promise<unknown>): Promise<T> {
    try {
        await waitFor(what, async () => (await probe()) ?? true, { deadlineMs: 120_000 });
        return server;
    } catch (error) {
        await server.stop();
        throw new Error(`${(error as Error).message}\n${server.log().slice(-3000)}`, { cause: error });
    }
}

/** PostgreSQL with TimescaleDB, from the image of the core service, with TLS and a superuser whose password is known. */
export async function startPostgres(): Promise<TestPostgres> {
    const lower = [...(await layersOf("postgres"))].reverse().join(":");
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "voip-postgres-"));
    const data = path.join(scratch, "data");
    fs.mkdirSync(data);
    fs.chownSync(data, user, user);
    const port = await freePort();
    const caFile = path.join(scratch, "ca.pem");
    const certificate = {
        file: path.join(data, "server.pem"),
        owner: user,
        commonName: "postgres",
        address: "127.0.0.1",
    };
    fs.writeFileSync(caFile, await makeCertificate(certificate));
    fs.writeFileSync(path.join(data, "password"), "superuser", { mode: 0o644 });
    const settings = {
        listen_addresses: "127.0.0.1",
        port: String(port),
        unix_socket_directories: "",
        ssl: "on",
        ssl_cert_file: "/data/server.pem",
        ssl_key_file: "/data/server.pem",
        shared_preload_libraries: "timescaledb",
        "timescaledb.telemetry_level": "off",
        fsync: "off",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const script = `set -eu
mkdir ${scratch}/root ${scratch}/layer
mount -t tmpfs tmpfs ${scratch}/layer
mkdir ${scratch}/layer/upper ${scratch}/layer/work
mount -t overlay overlay -o lowerdir=${lower},upperdir=${scratch}/layer/upper,workdir=${scratch}/layer/work ${scratch}/root
cd ${scratch}/root
mkdir -p data proc dev/shm
mount --bind ${data} data
mount -t proc proc proc
mount --rbind /dev dev
as_postgres() { chroot --userspec=${user}:${user} . "$@"; }
as_postgres initdb --pgdata=/data/cluster --username=postgres --pwfile=/data/password --auth=reject --no-sync \\
    --encoding=UTF8 --locale=C.UTF-8 >/dev/null
echo 'hostssl all all 127.0.0.1/32 scram-sha-256' > data/cluster/pg_hba.conf
exec chroot --userspec=${user}:${user} . postgres -D /data/cluster "$@"`;
    const started = start([
        ...["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"],
        ...["sh", "-c", script, "sh", ...options],
    ]);
    const login = { host: "127.0.0.1", port, user: "postgres", password: "superuser", caFile };
    const server = {
        ...started,
        login,
        async stop() {
            await started.stop();
            fs.rmSync(scratch, { recursive: true, force: true });
        },
    };
    return ready("PostgreSQL", server, () => withDatabase(login, "postgres", (client) => client.query("SELECT 1")));
}

/** OpenBao in its development mode, from the image of the core service: everything in memory, by TLS, nothing mounted. */
export async function startOpenbao(): Promise<TestOpenbao> {
    const bao = (await layersOf("openbao")).map((layer) => path.join(layer, "usr/bin/bao")).find(fs.existsSync);
    if (!bao) throw new Error("the layer of OpenBao has no /usr/bin/bao");
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "voip-openbao-"));
    const port = await freePort();
    const started = start([
        ...[bao, "server", "-dev", "-dev-tls", `-dev-tls-cert-dir=${scratch}`, "-dev-no-store-token"],
        ...["-dev-root-token-id=root", `-dev-listen-address=127.0.0.1:${port}`],
    ]);
    const address = `https://127.0.0.1:${port}`;
    const caFile = path.join(scratch, "vault-ca.pem");
    const ca = () => fs.readFileSync(caFile, "utf8");
    const server = {
        ...started,
        address,
        caFile,
        token: "root",
        get root() {
            return new VaultClient({ address, token: "root", ca: ca() });
        },
        async stop() {
            await started.stop();
            fs.rmSync(scratch, { recursive: true, force: true });
        },
    };
    return ready("OpenBao", server, async () => {
        await server.root.request("DELETE", "sys/mounts/secret");
        const table = await server.root.request("GET", "sys/mounts");
        if (table?.data?.["secret/"]) throw new Error("secret/ is still mounted");
    });
}
