import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { DockerApi } from "../../../clients/docker/api";
import { daemonAt } from "../../../clients/docker/daemon";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { debianPrograms, debianRoot, isolated } from "./debian-programs";

export interface TestDockerd {
    /** As in the provider's `host`. */
    host: string;
    /** Environment in which `docker` is this daemon's client. */
    env: Record<string, string>;
    docker(...args: string[]): Promise<string>;
    stop(): Promise<void>;
}

/** The image that the tests run: busybox and nothing else. */
export const IMAGE = "voip/busybox:1";

async function importImage(directory: string, env: Record<string, string>): Promise<void> {
    const bin = path.join(directory, "image/bin");
    await fs.mkdir(bin, { recursive: true });
    const busybox = path.join(await debianRoot("busybox", ["busybox-static"]), "bin/busybox");
    await fs.copyFile(busybox, path.join(bin, "busybox"));
    for (const name of ["sh", "sleep", "test", "cat", "id", "kill"]) await fs.symlink("busybox", path.join(bin, name));
    const tar = path.join(directory, "image.tar");
    await run(["tar", "-cf", tar, "-C", path.join(directory, "image"), "."]);
    await run(["docker", "import", tar, IMAGE], { env });
}

/**
 * A Docker daemon of the test's own: own data, own network namespace, own PID namespace, so that the end of one
 * process ends everything; nothing of the host's Docker or firewall is touched.
 */
export async function startDockerd(): Promise<TestDockerd> {
    const programs = await debianPrograms("docker", ["docker.io", "containerd", "runc"]);
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), "voip-dockerd-"));
    const host = `unix://${directory}/docker.sock`;
    const env = { ...programs, DOCKER_HOST: host };
    const log = await fs.open(path.join(directory, "dockerd.log"), "w");
    const settings = {
        hosts: [host],
        "data-root": path.join(directory, "data"),
        "exec-root": path.join(directory, "exec"),
        pidfile: path.join(directory, "dockerd.pid"),
        "storage-driver": "vfs",
        bridge: "none",
        iptables: false,
        ip6tables: false,
    };
    await fs.writeFile(path.join(directory, "daemon.json"), JSON.stringify(settings));
    const [command, ...args] = isolated("--net", "--mount");
    const child = spawn(command, [...args, "dockerd", "--config-file", path.join(directory, "daemon.json")], {
        env: { ...process.env, ...env },
        stdio: ["ignore", log.fd, log.fd],
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const stop = async (): Promise<void> => {
        child.kill("SIGKILL");
        await ended;
        await log.close();
        await fs.rm(directory, { recursive: true, force: true });
    };
    try {
        const api = new DockerApi(daemonAt(host, []));
        await waitFor(`dockerd (log: ${directory}/dockerd.log)`, () => api.call("GET", "/version"), {
            deadlineMs: 60_000,
        });
        api.close();
        await importImage(directory, env);
    } catch (error) {
        const said = await fs.readFile(path.join(directory, "dockerd.log"), "utf8");
        await stop();
        throw new Error(`${(error as Error).message}\n${said.slice(-2000)}`, { cause: error });
    }
    return { host, env, stop, docker: async (...args) => (await run(["docker", ...args], { env })).stdout.trim() };
}
