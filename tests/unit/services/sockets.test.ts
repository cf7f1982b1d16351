import { layerChain } from "../../../services/image";
import { definitions } from "../../../services/definitions";
import { services, standardPorts } from "../../../services/registry";
import type { Port } from "../../../services/service";

/** `udp 5060 external+internal`, with the port's name before it, and its clients inside after `for`. */
const written = ({ name, protocol, port, last, sides, clients }: Port): string =>
    `${name} ${protocol} ${port}${last === undefined ? "" : `-${last}`} ${sides.join("+")}` +
    (clients.length > 0 ? ` for ${clients.join("+")}` : "");

/** Who may reach which service where, with the standard ports and Kamailio at 5060. */
const sockets: Record<string, string[]> = {
    opensips: [
        "udp udp 5070 external+internal for pbx",
        "tcp tcp 5070 external+internal for pbx",
        "tls tcp 5071 external",
    ],
    kamailio: [
        "udp udp 5060 external+internal for pbx",
        "tcp tcp 5060 external+internal for pbx",
        "tls tcp 5061 external",
        "metrics tcp 9494 internal for core",
    ],
    pgbouncer: ["sql unix 6432 loopback"],
    "valkey-link": ["valkey unix 6379 loopback"],
    asterisk: [
        "sip udp 5080 internal for sip",
        "tls tcp 5081 internal for sip",
        "rtp udp 10000-20000 internal for media",
    ],
    freeswitch: ["sip udp 5090 internal for sip"],
    rtpengine: [
        "ng udp 22222 internal for sip",
        "cli tcp 9900 loopback",
        "rtp udp 10000-20000 external+internal for pbx",
    ],
    janus: [],
    openbao: ["api tcp 8200 internal for sip+pbx+media+core", "cluster tcp 8201 loopback"],
    postgres: ["sql tcp 5432 internal for sip+pbx+core"],
    valkey: ["tls tcp 6379 internal for sip+core"],
    "valkey-exporter": ["metrics tcp 9121 internal for core"],
    "voip-agent": [],
    "node-exporter": ["metrics tcp 9100 internal for core"],
    sshd: ["ssh tcp 22 everywhere for core"],
};

test("each service listens where it has to be reached, and nowhere else", () => {
    const planned = services.map((service) => [
        service.name,
        service.ports({ ports: standardPorts, sipOwner: "kamailio" }).map(written),
    ]);
    expect(Object.fromEntries(planned)).toEqual(sockets);
});

test("the proxies change places with the owner of port 5060, in port and phase", () => {
    const of = (name: string, sipOwner: "kamailio" | "opensips") => {
        const service = services.find((each) => each.name === name)!;
        const [{ port }] = service.ports({ ports: standardPorts, sipOwner });
        return [port, service.since({ sipOwner })];
    };
    expect([of("kamailio", "kamailio"), of("opensips", "kamailio")]).toEqual([
        [5060, "1"],
        [5070, "1.5"],
    ]);
    expect([of("kamailio", "opensips"), of("opensips", "opensips")]).toEqual([
        [5070, "1.5"],
        [5060, "1"],
    ]);
});

/** On which hosts and from which phase on, as what it runs, and how one knows that it works. */
const places: Record<string, string> = {
    opensips: "sip 1.5 container sip udp",
    kamailio: "sip 1 container sip udp",
    pgbouncer: "sip 1 pgbouncer.service process",
    "valkey-link": "sip 1 voip-valkey.service process",
    asterisk: "pbx 1 container sip sip",
    freeswitch: "pbx 2.5 container sip sip",
    rtpengine: "media 1 rtpengine-daemon.service ng ng",
    janus: "media 3 container process",
    openbao: "core 1 container tls api",
    postgres: "core 1 container tls sql",
    valkey: "core 1 container tls tls",
    "valkey-exporter": "core 1 container http metrics",
    "voip-agent": "sip+pbx+media 1 voip-agent.service process",
    "node-exporter": "sip+pbx+media 1 prometheus-node-exporter.service http metrics",
    sshd: "sip+pbx+media 1 ssh.service ssh",
};

test("each service has its hosts, its phase, its unit and its probe", () => {
    const planned = services.map((service) => {
        const { name, hosts, run, health } = service;
        const since = service.since({ sipOwner: "kamailio" });
        const parts = [hosts.join("+"), since, run.kind === "unit" ? run.unit : run.kind, health.kind];
        return [name, [...parts, ...("port" in health ? [health.port] : [])].join(" ")];
    });
    expect(Object.fromEntries(planned)).toEqual(places);
});

/** What each may read of Vault, and which random values are made for it. */
const rights: Record<string, [secrets: string[], certificates: string[], credentials: string[]]> = {
    opensips: [[], ["opensips-role"], ["static-creds/opensips"]],
    kamailio: [["kamailio"], ["kamailio-role"], ["static-creds/kamailio"]],
    "valkey-link": [["valkey/kamailio"], [], []],
    asterisk: [[], ["asterisk-role"], ["creds/asterisk"]],
    freeswitch: [[], ["freeswitch-role"], ["creds/freeswitch"]],
    rtpengine: [["rtpengine"], [], []],
    valkey: [["valkey/kamailio", "valkey/exporter"], [], []],
    "valkey-exporter": [["valkey/exporter"], [], []],
};

test("each service may read its own secrets, and no others", () => {
    const named = services.flatMap(({ name, rights: may }) =>
        may ? [[name, [may.secrets, may.certificates, may.credentials]] as const] : [],
    );
    expect(Object.fromEntries(named)).toEqual(rights);
    const generated = Object.assign({}, ...services.map(({ generates = {} }) => generates)) as object;
    expect(generated).toEqual({
        kamailio: ["route_key"],
        rtpengine: ["control_secret"],
        "valkey/exporter": ["password"],
        "valkey/kamailio": ["password"],
    });
});

test("images stand on layers, with a Docker daemon where containers run", () => {
    const chain = (name: string): string =>
        layerChain(definitions.layers, name)
            .map((layer) => layer.name)
            .join(" ");
    const images = Object.entries(definitions.images).map(([kind, { layer, docker, forDaemon }]) => [
        kind,
        [chain(layer), docker, forDaemon],
    ]);
    expect(Object.fromEntries(images)).toEqual({
        sip: ["base vm docker valkey-link sip", true, undefined],
        pbx: ["base vm docker", true, undefined],
        media: ["base vm media", false, undefined],
        core: ["base daemon", true, true],
    });
    const containers = Object.entries(definitions.containers).map(([name, made]) => [
        name,
        [chain(made.layer), made.entrypoint[0], made.forDaemon],
    ]);
    expect(Object.fromEntries(containers)).toMatchObject({
        kamailio: ["base kamailio", "kamailio", undefined],
        asterisk: ["base asterisk", "asterisk", undefined],
        openbao: ["base core openbao", "/usr/lib/voip/openbao", true],
        postgres: ["base core postgres", "/usr/lib/voip/postgres", true],
        valkey: ["base core valkey", "/usr/lib/voip/valkey", true],
        "valkey-exporter": ["base core valkey", "/usr/lib/voip/valkey-exporter", true],
    });
});

test("an image records the versions of what runs from its own packages", () => {
    const kernel = "linux-image-cloud-amd64";
    const own = ({ versions }: { versions: Record<string, string> }) => versions;
    const { sip, pbx, media, core } = definitions.images;
    expect([sip, pbx, media, core].map(own)).toEqual([
        { kernel, docker: "docker.io", pgbouncer: "pgbouncer" },
        { kernel, docker: "docker.io" },
        { kernel, rtpengine: "rtpengine-daemon" },
        {},
    ]);
});

test("a layer that nobody has is named, with those there are", () => {
    expect(() => layerChain(definitions.layers, "none")).toThrow(
        /^no layer is named none; there are base, go, agent, vm,/,
    );
});
