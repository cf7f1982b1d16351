import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { debianPrograms, isolated } from "./debian-programs";

export interface TestSshd {
    port: number;
    privateKey: string;
    /** As in known_hosts: algorithm and key. */
    hostKey: string;
    /** `ssh -F` configuration with the alias `loopback`, in which connections are shared. */
    config: string;
    stop(): Promise<void>;
}

async function freePort(): Promise<number> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/**
 * A sshd of the test's own on a port of the loopback; its sessions are root's, with `env` added. It runs in a mount
 * namespace, where /run is its own and /etc/passwd has the user that sshd wants for its privilege separation.
 */
export async function startSshd(env: Record<string, string> = {}): Promise<TestSshd> {
    const programs = await debianPrograms("sshd", ["openssh-server", "libwrap0"]);
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), "voip-sshd-"));
    const at = (name: string): string => path.join(directory, name);
    for (const name of ["host", "user"]) await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
    const hostKey = (await fs.readFile(at("host.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
    const port = await freePort();
    await fs.copyFile(at("user.pub"), at("authorized_keys"));
    await fs.writeFile(at("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
    const passwd = await fs.readFile("/etc/passwd", "utf8");
    await fs.writeFile(at("passwd"), `${passwd}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`);
    const variables = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
    const settings = [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${at("host")}`,
        `AuthorizedKeysFile ${at("authorized_keys")}`,
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin prohibit-password",
        "AcceptEnv PULUMI_COMMAND_*",
        ...(variables.length > 0 ? [`SetEnv ${variables.join(" ")}`] : []),
    ];
    await fs.writeFile(at("sshd_config"), settings.join("\n"));
    await fs.writeFile(
        at("config"),
        `Host loopback\n HostName 127.0.0.1\n Port ${port}\n User root\n IdentityFile ${at("user")}\n` +
            ` UserKnownHostsFile ${at("known_hosts")}\n StrictHostKeyChecking yes\n` +
            ` ControlMaster auto\n ControlPath ${at("control-%C")}\n ControlPersist 60\n`,
    );
    const script =
        `mount -t tmpfs tmpfs /run && mkdir /run/sshd && mount --bind ${at("passwd")} /etc/passwd && ` +
        `exec "$(command -v sshd)" -D -e -f ${at("sshd_config")}`;
    const [command, ...args] = isolated("--mount");
    const log = await fs.open(at("log"), "w");
    const child = spawn(command, [...args, "sh", "-c", script], {
        env: { ...process.env, ...programs },
        stdio: ["ignore", log.fd, log.fd],
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const stop = async (): Promise<void> => {
        await run(["ssh", "-F", at("config"), "-O", "exit", "loopback"], { okStatus: [0, 255] });
        child.kill("SIGKILL");
        await ended;
        await log.close();
        await fs.rm(directory, { recursive: true, force: true });
    };
    try {
        const answers = async (): Promise<true> => {
            await run(["ssh", "-F", at("config"), "-o", "ControlMaster=no", "loopback", "true"]);
            return true;
        };
        await waitFor("sshd on loopback", answers, { deadlineMs: 20_000 });
    } catch (error) {
        const said = await fs.readFile(at("log"), "utf8");
        await stop();
        throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
    }
    return { port, hostKey, privateKey: await fs.readFile(at("user"), "utf8"), config: at("config"), stop };
}
