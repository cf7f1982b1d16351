import { asterisk } from "./asterisk/service";
import { freeswitch } from "./freeswitch/service";
import { janus } from "./janus/service";
import { kamailio } from "./kamailio/service";
import { nodeExporter } from "./node-exporter/service";
import { openbao } from "./openbao/service";
import { opensips } from "./opensips/service";
import { pgbouncer } from "./pgbouncer/service";
import { postgres } from "./postgres/service";
import { rtpengine } from "./rtpengine/service";
import type { Service } from "./service";
import { sshd } from "./sshd/service";
import { valkeyExporter } from "./valkey/exporter";
import { valkey } from "./valkey/service";
import { valkeyLink } from "./valkey-link/service";
import { vaultAgent } from "./vault-agent/service";

const all = [
    opensips,
    kamailio,
    pgbouncer,
    valkeyLink,
    asterisk,
    freeswitch,
    rtpengine,
    janus,
    openbao,
    postgres,
    valkey,
    valkeyExporter,
    vaultAgent,
    nodeExporter,
    sshd,
] as const;

export type ServiceName = (typeof all)[number]["name"];

/** All services of the platform: the only list of them. Their order matters in some places, such as for calls on a host. */
export const services: readonly (Service & { readonly name: ServiceName })[] = all;

type Merged<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer All) => void ? All : never;
type Named = Extract<(typeof all)[number], { standardPorts: object }>["standardPorts"];

/** Ports by their name in the config key `ports`. */
export type Ports = { [Name in keyof Merged<Named>]: number };

/** The standard ports of all services. */
export const standardPorts = Object.assign({}, ...services.map((service) => service.standardPorts)) as Ports;

/** @throws Error for a name that no service has */
export function serviceNamed(name: string): Service {
    const found = services.find((service) => service.name === name);
    if (!found)
        throw new Error(`no service is named ${name}; there are ${services.map((each) => each.name).join(", ")}`);
    return found;
}
