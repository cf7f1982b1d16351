import { checkInputs, type Fields } from "../inputs";
import { UNKNOWN, type Plugin, type Properties, type Value } from "../plugin";
import { DockerApi } from "./api";
import { containerType } from "./container/container";
import { daemonAt } from "./daemon";
import { remoteImageType } from "./image";

const configFields: Fields = {
    host: { shape: "string", default: "unix:///var/run/docker.sock" },
    sshOpts: { shape: { list: "string" } },
    disableDockerDaemonCheck: { shape: "boolean" },
};

/** The SDK sends what is not a string as JSON text. */
function fromText(value: Value | undefined): Value | undefined {
    if (typeof value !== "string") return value;
    try {
        return JSON.parse(value) as Value;
    } catch {
        return value; // the check says what it must be
    }
}

/** The types of @pulumi/docker that a program here may use, on a daemon of this machine or of one reached by ssh. */
export function dockerPlugin(): Plugin {
    let api: DockerApi | undefined;
    const configured = (): DockerApi => {
        if (!api) throw new Error("the docker provider's host is not known yet");
        return api;
    };
    return {
        name: "docker",
        version: "5.2.0",
        async configure(config: Properties) {
            const { inputs, failures } = checkInputs(configFields, {
                ...config,
                version: undefined, // the engine's, not the daemon's
                host: config.host ?? process.env.DOCKER_HOST,
                sshOpts: fromText(config.sshOpts),
                disableDockerDaemonCheck: fromText(config.disableDockerDaemonCheck),
            });
            if (failures.length > 0) {
                throw new Error(`docker provider: ${failures.map((failure) => failure.reason).join("; ")}`);
            }
            // In a preview the host may come from a resource that does not exist yet; nothing is asked of it then.
            if (inputs.host === UNKNOWN || inputs.sshOpts === UNKNOWN) return;
            api = new DockerApi(daemonAt(inputs.host as string, (inputs.sshOpts ?? []) as string[]));
        },
        types: {
            "docker:index/container:Container": containerType(configured),
            "docker:index/remoteImage:RemoteImage": remoteImageType(configured),
        },
        functions: {},
        async close() {
            api?.close();
        },
    };
}
