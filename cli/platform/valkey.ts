import { DockerApi } from "../../clients/docker/api";
import { daemonAt } from "../../clients/docker/daemon";
import { execIn } from "../../clients/docker/exec";
import { stackPaths } from "../../paths";

/**
 * What the Valkey of a lab answers to a command of its own administrator, as valkey-cli prints it (services/valkey/guest).
 * @throws Error with its words where it refuses
 */
export async function valkeyOf(stack: string, ...command: string[]): Promise<string> {
    const docker = new DockerApi(daemonAt(`unix://${stackPaths(stack).dockerSocket}`, []));
    try {
        return await execIn(docker, "valkey", ["/usr/lib/voip/valkey", "cli", "--raw", ...command]);
    } finally {
        docker.close();
    }
}
