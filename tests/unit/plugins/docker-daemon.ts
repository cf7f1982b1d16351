import { DockerError, type CallOptions, type DockerApi } from "../../../clients/docker/api";
import type { ContainerInspect } from "../../../engine/plugins/docker/container/inspect";

/** Stands in for a daemon: notes down what it is asked, and answers as it is told. */
export class FakeDocker {
    readonly asked: string[] = [];
    readonly bodies: unknown[] = [];
    /** By `METHOD path`: an answer, or one after the other, of which the last stays. A number is a status it refuses with. */
    answers: Record<string, unknown> = {};

    readonly api = {
        call: async (method: string, path: string, { query, body }: CallOptions = {}) => {
            const text = query ? `?${new URLSearchParams(query).toString()}` : "";
            this.asked.push(`${method} ${path}${text}`);
            if (body !== undefined) this.bodies.push(body);
            const given = this.answers[`${method} ${path}`];
            const answer: unknown = !Array.isArray(given) ? given : given.length > 1 ? given.shift() : given[0];
            if (typeof answer === "number") throw new DockerError(answer, `refused with ${answer}`);
            if (answer instanceof Error) throw answer;
            return answer ?? Buffer.alloc(0);
        },
    } as unknown as DockerApi;
}

/** A container as a daemon tells of it. */
export function inspected(more: {
    state?: Partial<ContainerInspect["State"]>;
    config?: Partial<ContainerInspect["Config"]>;
    host?: Partial<ContainerInspect["HostConfig"]>;
    network?: ContainerInspect["NetworkSettings"];
    platform?: string;
}): ContainerInspect {
    return {
        Id: "1",
        Name: "/a",
        Image: "sha256:1",
        ...(more.platform === undefined ? {} : { Platform: more.platform }),
        State: { Running: true, ExitCode: 0, ...more.state },
        Config: { Hostname: "h", User: "u", Image: "b", Cmd: null, Entrypoint: null, ...more.config },
        HostConfig: {
            LogConfig: { Type: "local" },
            NetworkMode: "host",
            Privileged: false,
            ReadonlyRootfs: false,
            RestartPolicy: { Name: "no" },
            ...more.host,
        },
        NetworkSettings: more.network ?? {},
    };
}
