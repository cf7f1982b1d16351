import { DockerApi } from "./api";
import { daemonAt } from "./daemon";

/** Runs `work` with the daemon of this machine at `host`, a unix:// URL, and closes the connections to it afterwards. */
export async function withDocker<T>(host: string, work: (api: DockerApi) => Promise<T>): Promise<T> {
    const api = new DockerApi(daemonAt(host, []));
    try {
        return await work(api);
    } finally {
        api.close();
    }
}
