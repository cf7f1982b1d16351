import type { PlatformOutputs } from "../../../contract";
import { stackPaths } from "../../../paths";
import { ha1 } from "../../../subscribers/subscribers";
import { externalCore, runProgram, type MadeResource } from "./program";

let made: MadeResource[];
let outputs: PlatformOutputs;
beforeAll(async () => {
    const ran = await runProgram();
    made = ran.made;
    outputs = ran.outputs as unknown as PlatformOutputs;
});

const only = (type: string, name: string): Record<string, unknown> => {
    const found = made.filter((resource) => resource.type === type && resource.name === name);
    expect(found).toHaveLength(1);
    return found[0].inputs;
};

const names = (type: string) =>
    made
        .filter((resource) => resource.type === type)
        .map((resource) => resource.name)
        .sort();

test("phase 1 has three VMs, two networks, an image for each role", () => {
    expect(names("Vm")).toEqual(["media-1-vm", "pbx-1-vm", "sip-1-vm"]);
    expect(names("VmNetwork")).toEqual(["network-external", "network-internal"]);
    expect(names("VmImage")).toEqual(["images-media", "images-pbx", "images-sip"]);
    expect(only("VmImage", "images-sip")).toMatchObject({ kind: "sip", containers: [{ name: "kamailio" }] });
    expect(only("VmImage", "images-media")).toMatchObject({ containers: [] });
});

test("the VMs of a lab run on its own libvirt", () => {
    expect(only("Vm", "pbx-1-vm")).toMatchObject({ uri: expect.stringContaining("/run/voip-stack/dev/") as unknown });
});

test("a VM has its NICs, its image and its keys", () => {
    expect(only("Vm", "sip-1-vm")).toMatchObject({
        vmName: "sip-1",
        nics: [
            { name: "eth0", network: "internal", address: "192.168.64.10", mac: "52:54:00:12:34:0a", prefix: 24 },
            { name: "eth1", network: "external", address: "10.64.0.10", mac: "52:54:00:12:35:0a", prefix: 24 },
        ],
        disk: "/cache/images-sip/disk.raw",
        hostKeyFile: "/data/ssh/host-sip-1",
    });
});

test("a media server boots only a kernel that loaded RTPEngine's module", () => {
    expect(only("Vm", "media-1-vm")).toMatchObject({ modules: ["nft_rtpengine", "xt_RTPENGINE"] });
    expect(only("Vm", "sip-1-vm")).not.toHaveProperty("modules");
});

test("containers run as users of their own, with limits, and write to nothing but what is theirs", () => {
    const limit = (name: string, value: number) => ({ name, soft: value, hard: value });
    const confined = { readOnly: true, securityOpts: ["no-new-privileges"], memory: 682, memorySwap: -1 };
    expect(only("Container", "sip-1-kamailio")).toMatchObject({
        ...confined,
        user: "5060:5060",
        tmpfs: { "/run/kamailio": "mode=0755,uid=5060,gid=5060,size=16m" },
        ulimits: [limit("nofile", 65_536), limit("nproc", 1024)],
    });
    expect(only("Container", "sip-1-kamailio")).not.toHaveProperty("entrypoints");
    const memoryDir = "mode=0755,uid=5080,gid=5080,size=16m";
    expect(only("Container", "pbx-1-asterisk")).toMatchObject({
        ...confined,
        user: "5080:5080",
        entrypoints: ["chrt", "--rr", "10", "asterisk", "-f", "-n", "-C", "/etc/asterisk/asterisk.conf"],
        tmpfs: { "/run/asterisk": memoryDir, "/var/lib/asterisk": memoryDir },
        volumes: [
            { hostPath: "/etc/asterisk", readOnly: true },
            { hostPath: "/var/spool/asterisk", readOnly: false },
        ],
        capabilities: { drops: ["ALL"] },
        ulimits: [limit("nofile", 65_536), limit("nproc", 4096), limit("rtprio", 10)],
    });
});

test("containers run on their VM's network, from the image in its store, without privileges", () => {
    const kamailio = only("Container", "sip-1-kamailio");
    expect(kamailio).toMatchObject({
        name: "kamailio",
        image: "sha256:kamailio",
        networkMode: "host",
        restart: "unless-stopped",
        capabilities: { drops: ["ALL"] },
        labels: [{ label: "voip-stack.vm", value: "uuid-of-sip-1-vm" }],
    });
    expect(kamailio).not.toHaveProperty("privileged");
    expect(made.find((resource) => resource.name === "sip-1-kamailio")?.provider).toContain("::sip-1-docker::");
    expect(only("docker", "sip-1-docker")).toMatchObject({ host: "ssh://sip-1", sshOpts: '["-F","/data/ssh/config"]' });
    expect(only("Container", "pbx-1-asterisk")).toMatchObject({ image: "sha256:asterisk" });
});

test("every resource on a VM knows which VM it was made for", () => {
    const kinds = ["VmFiles", "Service", "KernelModule", "VaultIdentity"];
    const onVms = made.filter((resource) => kinds.includes(resource.type));
    expect(onVms).toHaveLength(16);
    for (const { inputs } of onVms) expect(inputs.vmId).toBe(`uuid-of-${String(inputs.host)}-vm`);
});

test("RTPEngine needs its kernel module, unless the config allows otherwise", async () => {
    expect(only("KernelModule", "media-1-module")).toMatchObject({ modules: ["nft_rtpengine", "xt_RTPENGINE"] });
    const files = only("VmFiles", "media-1-files").files as { content: string }[];
    expect(files[0].content).toContain("table = 0\nno-fallback = true\n");

    const without = await runProgram({ rtpengineFallback: "true" });
    expect(without.made.filter((resource) => resource.type === "KernelModule")).toEqual([]);
    const other = without.made.find((resource) => resource.name === "media-1-files")?.inputs.files;
    expect((other as { content: string }[])[0].content).toContain("table = -1\nno-fallback = false\n");
});

test("an existing password of a phone replaces a random one", async () => {
    const given = await runProgram({ extensionPasswords: '{"1002":"correct-horse-battery"}' });
    expect(given.outputs.extensions).toMatchObject({
        "1001": { password: "result-of-extensions-1001" },
        "1002": { password: "correct-horse-battery" },
    });
    expect(given.made.map((resource) => resource.name)).not.toContain("extensions-1002");
});

test("the outputs are what tools rely on", () => {
    expect(outputs).toMatchObject({
        phase: "1",
        sipDomain: "sip.local",
        sipOwner: "kamailio",
        vms: {
            "sip-1": {
                role: "sip",
                libvirtUri: expect.stringMatching(/^qemu/) as string,
                addresses: { eth0: "192.168.64.10", eth1: "10.64.0.10" },
                services: ["kamailio", "pgbouncer", "valkey-link", "voip-agent", "node-exporter", "sshd"],
            },
            "pbx-1": { role: "pbx", host: "localhost", addresses: { eth0: "192.168.64.30" } },
            "media-1": { role: "media" },
        },
        proxies: [
            {
                name: "sip-1",
                external: "10.64.0.10",
                internal: "192.168.64.10",
                ports: { udp: 5060, tcp: 5060, tls: 5061 },
                plainSip: "refuse",
            },
        ],
        pbxs: [{ name: "pbx-1", address: "192.168.64.30", port: 5080, tlsPort: 5081 }],
        mediaServers: [
            { name: "media-1", external: "10.64.0.20", internal: "192.168.64.20", ngPort: 22222, cliPort: 9900 },
        ],
        extensions: {
            "1001": { password: "result-of-extensions-1001", voicemailPin: "result-of-extensions-1001-pin" },
        },
        versions: { kamailio: "6.1.5", asterisk: "22.10.1", rtpengine: "26.0.1", kernel: "7.2.12", docker: "28.5" },
        lab: { enabled: true, netns: "voip-dev", phonesNetns: "voip-dev-phones" },
        core: { kind: "embedded", vaultAddress: "https://192.168.64.1:8200", postgresHost: "192.168.64.1" },
        rotation: { databaseSeconds: 2_592_000, certificateSeconds: 7_776_000 },
        sshConfig: "/data/ssh/config",
    });
    expect(outputs.services.map(({ name, vm, kind, unit, ports }) => [name, vm, unit ?? kind, ports[0]?.port])).toEqual(
        [
            ["kamailio", "sip-1", "container", 5060],
            ["pgbouncer", "sip-1", "pgbouncer.service", 6432],
            ["valkey-link", "sip-1", "voip-valkey.service", 6379],
            ["voip-agent", "sip-1", "voip-agent.service", undefined],
            ["node-exporter", "sip-1", "prometheus-node-exporter.service", 9100],
            ["sshd", "sip-1", "ssh.service", 22],
            ["rtpengine", "media-1", "rtpengine-daemon.service", 22222],
            ["voip-agent", "media-1", "voip-agent.service", undefined],
            ["node-exporter", "media-1", "prometheus-node-exporter.service", 9100],
            ["sshd", "media-1", "ssh.service", 22],
            ["asterisk", "pbx-1", "container", 5080],
            ["voip-agent", "pbx-1", "voip-agent.service", undefined],
            ["node-exporter", "pbx-1", "prometheus-node-exporter.service", 9100],
            ["sshd", "pbx-1", "ssh.service", 22],
            ["openbao", "core", "container", 8200],
            ["postgres", "core", "container", 5432],
            ["valkey", "core", "container", 6379],
            ["valkey-exporter", "core", "container", 9121],
        ],
    );
});

/** Contents of files that a resource writes; a secret as Pulumi sends it. */
const contents = (name: string): string => {
    const { files } = only("VmFiles", name) as { files: { content: string }[] | { value: { content: string }[] } };
    return ("value" in files ? files.value : files).map((file) => file.content).join("\n");
};

test("phones reach the proxy by TLS, with a certificate from the agent and no password of the database in sight", () => {
    const proxy = contents("sip-1-files");
    expect(proxy).toContain("listen=tls:10.64.0.10:5061");
    expect(proxy).toContain("private_key = /etc/kamailio/tls/key.pem");
    expect(contents("pbx-1-files")).toContain("bind = 192.168.64.30:5081");
    for (const name of ["sip-1-files", "pbx-1-files"]) expect(contents(name)).not.toContain("result-of-databases");
    expect(only("Container", "sip-1-kamailio")).toMatchObject({
        envs: ["PGHOST=/var/lib/pgbouncer", "PGPORT=6432"],
        volumes: [
            { hostPath: "/etc/kamailio", readOnly: true },
            { hostPath: "/var/lib/pgbouncer", readOnly: true },
            { hostPath: "/var/lib/voip-valkey", readOnly: true },
        ],
    });
});

test("a VM's firewall knows the clients of its sockets, other VMs", () => {
    expect(contents("sip-1-firewall")).toContain("ip saddr { 192.168.64.30 } tcp dport { 5060 } accept");
    expect(contents("pbx-1-firewall")).toContain("ip saddr { 192.168.64.10 } tcp dport { 5081 } accept");
    expect(contents("media-1-firewall")).toContain("ip saddr { 192.168.64.10 } udp dport { 22222 } accept");
});

test("each VM has an agent with the identity of its tier", () => {
    const identities = made.filter((resource) => resource.type === "VaultIdentity");
    expect(identities.map(({ inputs }) => inputs.role).sort()).toEqual(["media-vm-role", "pbx-vm-role", "sip-vm-role"]);
});

test("outside a lab there are no phones, and the VMs go to the libvirt that each names", async () => {
    const uri = "qemu+ssh://root@kvm-2/system";
    const hosts = await runProgram({
        lab: "false",
        ...externalCore,
        vms: JSON.stringify({ "pbx-1": { libvirtUri: uri } }),
    });
    expect(hosts.made.filter((resource) => resource.type === "Phones")).toEqual([]);
    const uris = hosts.made.filter((resource) => resource.type === "Vm").map((resource) => resource.inputs.uri);
    expect(uris.sort()).toEqual([uri, "qemu:///system", "qemu:///system"]);
    const networks = hosts.made.filter((resource) => resource.type === "VmNetwork");
    expect(networks.map(({ inputs }) => inputs.mode)).toEqual(Array(4).fill("bridge"));
    expect(hosts.outputs.vms).toMatchObject({ "pbx-1": { host: "kvm-2" }, "sip-1": { host: "localhost" } });
});

test("phase 2 with OpenSIPS can be previewed, but not brought up while images are to be supplied", async () => {
    const config = { phase: "2", sipOwner: "opensips", imageSource: "upstream", lab: "false", core: "external" };
    const preview = await runProgram(config, true);
    expect(preview.made.filter((resource) => resource.type === "Vm")).toHaveLength(7);
    await expect(runProgram(config)).rejects.toThrow("The opensips image is to be supplied");
});

test("a configuration with mistakes makes nothing, and names them all", async () => {
    await expect(runProgram({ phase: "7", sipOwner: "asterisk" })).rejects.toThrow(
        /phase is "7".*\n.*sipOwner is "asterisk"/,
    );
});

describe("the containers of the core services", () => {
    const { dataDir, runDir } = stackPaths("dev");
    const ofServer = (name: string, volumes: string[], configDir: string) => [
        ...volumes.map((volume) => [`${dataDir}/core/${name}/${volume}`, `/${volume}`, false]),
        [`${dataDir}/core/${name}/tls`, "/tls", false],
        [`${dataDir}/core/trust`, "/trust", true],
        [`${runDir}/core/${name}/run`, `/run/${name}`, false],
        [`${runDir}/core/${name}/etc`, configDir, true],
    ];
    const container = (name: string) => {
        const { volumes, labels, ...rest } = only("Container", `${name}-container`) as {
            volumes: { hostPath: string; containerPath: string; readOnly: boolean }[];
            labels: { label: string; value: string }[];
        };
        return {
            ...rest,
            volumes: volumes.map(({ hostPath, containerPath, readOnly }) => [hostPath, containerPath, readOnly]),
            labels: labels.map(({ label }) => label),
        };
    };
    const limits = (memory: number, processes: number) => ({
        memory,
        ulimits: [{ name: "nproc", soft: processes, hard: processes }],
    });
    const common = {
        networkMode: "host",
        restart: "unless-stopped",
        readOnly: true,
        securityOpts: ["no-new-privileges"],
        memorySwap: -1,
        tmpfs: { "/tmp": "mode=1777" },
        logDriver: "local",
    };
    const server = {
        ...common,
        capabilities: { drops: ["ALL"] },
        destroyGraceSeconds: 20,
        labels: ["voip-stack.store", "voip-stack.config", "voip-stack.certificate"],
    };

    test("OpenBao has no capability, its own user, and nothing that it could write but its volumes", () => {
        expect(container("openbao")).toEqual({
            ...server,
            ...limits(1024, 512),
            name: "openbao",
            image: "sha256:openbao",
            user: "8200:8200",
            stopSignal: "SIGTERM",
            volumes: ofServer("openbao", ["data", "audit"], "/etc/openbao"),
        });
    });

    test("PostgreSQL is waited for until it is ready, and does not wait for its clients when it ends", () => {
        expect(container("postgres")).toEqual({
            ...server,
            ...limits(2048, 1024),
            name: "postgres",
            image: "sha256:postgres",
            user: "5432:5432",
            stopSignal: "SIGINT",
            volumes: ofServer("postgres", ["data"], "/etc/postgresql"),
            healthcheck: {
                tests: ["CMD", "pg_isready", "--quiet", "--host", "192.168.64.1", "--port", "5432"],
                interval: "30s",
                startInterval: "500ms",
                startPeriod: "1m0s",
                timeout: "10s",
            },
            wait: true,
            waitTimeout: 120,
        });
    });

    test("PostgreSQL reads anew who may connect: its container stays, which another of its files replaces", async () => {
        const of = (resources: MadeResource[]) => {
            const inputs = (name: string) => resources.find((resource) => resource.name === name)!.inputs;
            const { reload, files } = inputs("postgres-files") as {
                reload: object;
                files: { value: { path: string; content: string }[] };
            };
            const { labels } = inputs("postgres-container") as { labels: { label: string; value: unknown }[] };
            const hba = files.value.find(({ path }) => path.endsWith("/pg_hba.conf"))!.content;
            return { reload, hba, config: labels.find(({ label }) => label === "voip-stack.config")!.value };
        };
        const before = of(made);
        const after = of((await runProgram({ vms: '{"pbx-1":{"internalAddress":"192.168.64.77"}}' })).made);
        const dir = `${runDir}/core/postgres`;
        expect(before.reload).toEqual({ paths: [`${dir}/etc/pg_hba.conf`], fifo: `${dir}/run/reload` });
        expect(before.hba).toMatch(/^hostssl asterisk \+asterisk 192\.168\.64\.30\/32 /m);
        expect(after.hba).toBe(before.hba.replace("192.168.64.30/32", "192.168.64.77/32"));
        expect(after.config).toEqual(before.config);
        const elsewhere = of((await runProgram({ ports: '{"postgres":5433}' })).made);
        expect(elsewhere.config).not.toEqual(before.config);
    });

    test("their agent may change owners of files, and writes to nothing but theirs and its own", () => {
        expect(container("core-agent")).toEqual({
            ...common,
            memory: 128,
            name: "core-agent",
            image: "sha256:openbao",
            entrypoints: ["/usr/local/sbin/voip-agent", "run"],
            envs: ["VOIP_AGENT_CONFIG=/etc/core-agent/agent.json"],
            capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
            labels: ["voip-stack.store", "voip-stack.config"],
            volumes: [
                [`${dataDir}/core/agent/etc`, "/etc/core-agent", true],
                [`${dataDir}/core/agent/state`, "/state", false],
                [`${runDir}/core/agent`, "/run/core-agent", false],
                [`${dataDir}/core/trust`, "/trust", true],
                ...["openbao", "postgres", "valkey", "valkey-exporter"].flatMap((name) => [
                    [`${dataDir}/core/${name}/tls`, `/servers/${name}/tls`, false],
                    [`${runDir}/core/${name}/run`, `/servers/${name}/run`, false],
                ]),
            ],
        });
    });

    test("each one's files are its user's alone, and its configuration is in memory", () => {
        const files = (name: string) => only("HostFiles", `${name}-files`) as { directories: object[] };
        const written = (name: string) => {
            const { files: given } = files(name) as unknown as { files: object[] | { value: object[] } };
            return ("value" in given ? given.value : given) as { path: string; mode: string; owner: number }[];
        };
        const private_ = (path: string, owner: number) => ({ path, mode: "0700", owner });
        for (const [name, owner, volumes] of [
            ["openbao", 8200, ["data", "audit"]],
            ["postgres", 5432, ["data"]],
        ] as const) {
            expect(files(name).directories).toEqual([
                private_(`${dataDir}/core/${name}`, 0),
                private_(`${runDir}/core/${name}`, 0),
                ...[...volumes, "tls"].map((directory) => private_(`${dataDir}/core/${name}/${directory}`, owner)),
                private_(`${runDir}/core/${name}/run`, owner),
                private_(`${runDir}/core/${name}/etc`, owner),
            ]);
            for (const file of written(name)) {
                expect(file).toMatchObject({ mode: "0400", owner });
                expect(file.path).toMatch(`${runDir}/core/${name}/etc/`);
            }
            expect(only("BootstrapCertificate", `${name}-certificate`)).toMatchObject({
                file: `${dataDir}/core/${name}/tls/bootstrap.pem`,
                owner,
                commonName: name,
                address: "192.168.64.1",
            });
        }
        expect(files("core-agent").directories).toEqual(
            [
                `${dataDir}/core/agent`,
                `${dataDir}/core/agent/etc`,
                `${dataDir}/core/agent/state`,
                `${runDir}/core/agent`,
            ].map((path) => private_(path, 0)),
        );
        expect(written("core-agent")).toMatchObject([
            { path: `${dataDir}/core/agent/etc/agent.json`, mode: "0600", owner: 0 },
        ]);
    });

    test("both are checked against the first certificates, and later against the PKI's", () => {
        const caFile = `${dataDir}/core/trust/ca.pem`;
        const first = ["openbao", "postgres", "valkey", "valkey-exporter"]
            .map((name) => `certificate-of-${name}-certificate\n`)
            .join("");
        expect(only("TrustAnchors", "core-anchors")).toMatchObject({ file: caFile, certificates: first });
        expect(only("TrustAnchors", "core-agent-anchors")).toMatchObject({
            file: caFile,
            certificates: "root CA\nintermediate CA\n",
        });
        expect(only("VaultServer", "core-openbao")).toMatchObject({
            address: "https://192.168.64.1:8200",
            caFile,
            dataDir: `${dataDir}/core/openbao`,
            container: "openbao",
            containerId: "id-of-openbao-container",
        });
        expect(only("CoreIdentity", "core-agent-identity")).toMatchObject({
            role: "core-role",
            roleId: "role-id-of-vault-core-role",
            address: "192.168.64.1",
            container: "core-agent",
            runDir: `${runDir}/core/agent`,
            certificates: ["openbao", "postgres", "valkey", "valkey-exporter"].map(
                (name) => `${dataDir}/core/${name}/tls/server.pem`,
            ),
        });
        expect(only("docker", "core-docker")).toMatchObject({ disableDockerDaemonCheck: "true" });
        expect(only("ContainerStore", "core-images")).toMatchObject({
            kind: "core",
            containers: [{ name: "openbao" }, { name: "postgres" }, { name: "valkey" }, { name: "valkey-exporter" }],
        });
    });
});

/** What follows a change of which files, by the last word of their paths. */
const applied = (name: string): [string[], string][] =>
    (only("VmFiles", name).apply as { paths: string[]; command: string }[]).map(({ paths, command }) => [
        paths.map((path) => path.split("/").pop()!),
        command,
    ]);

/** Inside of a container that runs; content where it does not. */
const inside = (name: string, command: string) =>
    `if pgrep -x ${name} >/dev/null; then nsenter --target $(pgrep -o -x ${name}) --mount --root --wd ${command}; fi`;

/** Makes a user, which from then on may read what an older version kept for root. */
const userMade = (user: string, secrets: string) =>
    `systemd-sysusers /etc/sysusers.d/${user}.conf && for file in ${secrets}; do ` +
    `[ ! -e $file ] || { chown root:${user} $file && chmod 0640 $file; } || exit; done`;

describe("a change of files", () => {
    test("restarts Kamailio only for what it reads at its start; PgBouncer reloads all of its files", () => {
        expect(applied("sip-1-files")).toEqual([
            [
                ["kamailio.cfg", "limits.cfg", "refusals.cfg", "dispatcher.list"],
                "if pgrep -x kamailio >/dev/null; then docker restart kamailio >/dev/null; fi",
            ],
            [["tls.cfg"], inside("kamailio", "kamcmd tls.reload")],
            [["socket.conf"], "systemctl enable --quiet --no-reload pgbouncer"],
            [["voip-valkey.service"], "systemctl enable --quiet --no-reload voip-valkey"],
            [["socket.conf", "voip-valkey.service"], "systemctl daemon-reload"],
            [["socket.conf"], "systemctl try-restart pgbouncer"],
            [
                ["pgbouncer.ini", "hba.conf", "ident.conf", "userlist.txt", "postgres-ca.pem"],
                "if pgrep -x pgbouncer >/dev/null; then systemctl reload pgbouncer; fi",
            ],
            [["valkey.json", "voip-valkey.service"], "systemctl try-restart voip-valkey"],
            [["kamailio.conf"], userMade("kamailio", "/etc/kamailio/tls/key.pem /etc/kamailio/route-key.cfg")],
        ]);
    });

    test("restarts the agent for its unit and the exporter for its options, after systemd has read them", () => {
        expect(applied("sip-1-agent-files")).toEqual([
            [["voip-agent.service"], "systemctl enable --quiet --no-reload voip-agent"],
            [["hardening.conf"], "systemctl enable --quiet --no-reload prometheus-node-exporter"],
            [["voip-agent.service", "hardening.conf"], "systemctl daemon-reload"],
            [["voip-agent.service"], "systemctl restart voip-agent"],
            [["prometheus-node-exporter", "hardening.conf"], "systemctl restart prometheus-node-exporter"],
        ]);
    });

    test("restarts Asterisk only for what it can't reload", () => {
        const [[reloaded, reload], [restarted, restart], user] = applied("pbx-1-files");
        expect(user).toEqual([
            ["asterisk.conf", "asterisk.conf"],
            `${userMade("asterisk", "/etc/asterisk/tls/key.pem /etc/asterisk/res_odbc.conf")} && ` +
                "systemd-tmpfiles --create /etc/tmpfiles.d/asterisk.conf",
        ]);
        expect(reload).toBe(inside("asterisk", "asterisk -rx 'core reload'"));
        expect(restart).toBe("if pgrep -x asterisk >/dev/null; then docker restart asterisk >/dev/null; fi");
        expect(reloaded).toEqual(expect.arrayContaining(["extensions.conf", "pjsip.conf", "voicemail.conf"]));
        expect(restarted).toEqual([
            "asterisk.conf",
            "modules.conf",
            "pjsip_transport.conf",
            "sorcery.conf",
            "odbc.ini",
            "odbcinst.ini",
            "postgres-ca.pem",
        ]);
    });

    test("restarts RTPEngine where it runs, the firewall and the agent at once", () => {
        expect(applied("media-1-files")).toEqual([
            [["hardening.conf"], "systemctl daemon-reload"],
            [["rtpengine.conf", "hardening.conf"], "systemctl try-restart rtpengine-daemon"],
        ]);
        for (const vm of ["sip-1", "pbx-1", "media-1"]) {
            expect(applied(`${vm}-firewall`)).toEqual([[["nftables.conf"], "nft --file /etc/nftables.conf"]]);
            expect(only("VmFiles", `${vm}-firewall`).bundleName).toBe("firewall");
            expect(only("VmFiles", `${vm}-agent-files`).bundleName).toBe("voip-agent");
        }
        const bundles = ["sip-1", "pbx-1", "media-1"].map((vm) => only("VmFiles", `${vm}-files`).bundleName);
        expect(bundles).toEqual(["kamailio", "asterisk", "rtpengine"]);
    });
});

test("a service is probed in its own protocol until it answers, after its inputs have changed", () => {
    const on = (vm: string) => ({ host: vm, sshConfig: "/data/ssh/config", vmId: `uuid-of-${vm}-vm` });
    expect(only("Service", "sip-1-kamailio-sip")).toMatchObject({
        ...on("sip-1"),
        service: "kamailio",
        protocol: "sip",
        address: "10.64.0.10",
        port: 5060,
        after: ["id-of-sip-1-kamailio", expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    expect(only("Service", "pbx-1-asterisk-sip")).toMatchObject({
        ...on("pbx-1"),
        service: "asterisk",
        protocol: "sip",
        address: "192.168.64.30",
        port: 5080,
        user: "*43",
        after: ["id-of-pbx-1-asterisk", expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    expect(only("Service", "media-1-rtpengine")).toMatchObject({
        ...on("media-1"),
        service: "rtpengine",
        protocol: "ng",
        address: "192.168.64.20",
        port: 22222,
        start: "systemctl enable --now rtpengine-daemon.service",
    });
    expect(only("KernelModule", "media-1-module")).toMatchObject({ ...on("media-1"), procPath: "/proc/rtpengine" });
});

/** What a VM's agent keeps fresh, of the file that it reads. */
const kept = (vm: string): { name: string; secret: string; parameters?: string[]; reload: string }[] => {
    const agent = only("VmFiles", `${vm}-agent-files`).files as
        { path: string; content: string }[] | { value: { path: string; content: string }[] };
    const files = "value" in agent ? agent.value : agent;
    return JSON.parse(files.find(({ path }) => path.endsWith("agent.json"))!.content).secrets;
};

test("each agent renews the certificate and credentials of its tier, and makes the service reload them", () => {
    expect(kept("sip-1")).toMatchObject([
        { name: "kamailio-db", secret: "database/static-creds/kamailio" },
        {
            name: "kamailio-cert",
            secret: "pki_int/issue/kamailio-role",
            parameters: ["common_name=sip.local", "ip_sans=10.64.0.10,192.168.64.10", "ttl=7776000s"],
            reload: inside("kamailio", "kamcmd tls.reload"),
        },
        { name: "kamailio-route-key", secret: "secret/data/kamailio" },
        { name: "kamailio-valkey", secret: "secret/data/valkey/kamailio", reload: "systemctl start voip-valkey" },
    ]);
    expect(kept("pbx-1")).toMatchObject([
        {
            name: "asterisk-db",
            secret: "database/creds/asterisk",
            reload: inside("asterisk", "asterisk -rx 'module reload res_odbc.so'"),
        },
        {
            name: "asterisk-cert",
            secret: "pki_int/issue/asterisk-role",
            parameters: ["common_name=pbx.local", "ip_sans=192.168.64.30", "ttl=7776000s"],
            reload: inside("asterisk", "asterisk -rx 'module reload res_pjsip.so'"),
        },
    ]);
    expect(kept("media-1").map(({ secret }) => secret)).toEqual(["secret/data/rtpengine"]);
    for (const vm of ["sip-1", "pbx-1", "media-1"]) {
        expect(only("VaultIdentity", `${vm}-agent-identity`)).toMatchObject({
            host: vm,
            vaultAddress: "https://192.168.64.1:8200",
            token: "provisioning-token",
            config: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        });
    }
});

test("the phones of a lab have their addresses on the external network, and the rows of their accounts", () => {
    expect(only("Phones", "phones-link")).toMatchObject({
        netns: "voip-dev-phones",
        labNetns: "voip-dev",
        bridge: "br-ext",
        prefix: 24,
        addresses: Array.from({ length: 10 }, (_, index) => `10.64.0.${101 + index}`),
    });
    const { subscribers, sipDomain } = only("Subscribers", "extensions-rows") as {
        subscribers: { value: { extension: string; ha1: string; voicemailPin: string }[] };
        sipDomain: string;
    };
    expect(sipDomain).toBe("sip.local");
    expect(subscribers.value.map(({ extension }) => extension)).toEqual(["1001", "1002", "1003", "1004"]);
    expect(subscribers.value[0]).toEqual({
        extension: "1001",
        ha1: ha1("1001", "sip.local", "result-of-extensions-1001"),
        voicemailPin: "result-of-extensions-1001-pin",
    });
});
