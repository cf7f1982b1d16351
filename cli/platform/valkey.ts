import { DockerApi } from "../../clients/docker/api";
import { daemonAt } from "../../clients/docker/daemon";
import { stackPaths } from "../../paths";

/**
 * What the Valkey of a lab answers to a command of its own administrator, as valkey-cli prints it (services/valkey/guest).
 * @throws Error with its words where it refuses
 */
export async function valkeyOf(stack: string, ...command: string[]): Promise<string> {
    const docker = new DockerApi(daemonAt(`unix://${stackPaths(stack).dockerSocket}`, []));
    try {
        const body = { Cmd: ["/usr/lib/voip/valkey", "cli", "--raw", ...command], AttachStdout: true, Tty: true };
        const { Id } = (await docker.call("POST", "/containers/valkey/exec", { body })) as { Id: string };
        const said = await docker.call("POST", `/exec/${Id}/start`, { body: { Detach: false, Tty: true } });
        const text = (said instanceof Buffer ? said.toString() : JSON.stringify(said)).replaceAll("\r", "").trim();
        const { ExitCode } = (await docker.call("GET", `/exec/${Id}/json`)) as { ExitCode: number };
        if (ExitCode !== 0) throw new Error(`valkey ${command.join(" ")}: ${text}`);
        return text;
    } finally {
        docker.close();
    }
}
