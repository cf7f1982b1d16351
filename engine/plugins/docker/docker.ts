import { DockerApi } from "../../../clients/docker/api";
import { daemonAt } from "../../../clients/docker/daemon";
import type { Fields } from "../inputs";
import { bridged } from "../bridge";
import type { Plugin, Properties } from "../plugin";
import { readProviderConfig } from "../provider-config";
import { containerType } from "./container/container";

const configFields: Fields = {
    host: { shape: "string", default: "unix:///var/run/docker.sock" },
    sshOpts: { shape: { list: "string" } },
    disableDockerDaemonCheck: { shape: "boolean" },
};

/** The types of @pulumi/docker that a program may use here, with a daemon on this machine or one reached by ssh. */
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
            const host = config.host ?? process.env.DOCKER_HOST;
            const inputs = readProviderConfig("docker", configFields, { ...config, host });
            if (!inputs) return;
            api = new DockerApi(daemonAt(inputs.host as string, (inputs.sshOpts ?? []) as string[]));
        },
        types: bridged({
            "docker:index/container:Container": containerType(configured),
        }),
        functions: {},
        async close() {
            api?.close();
        },
    };
}
