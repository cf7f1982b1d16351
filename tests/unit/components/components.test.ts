import type { PlatformOutputs } from "../../../contract";
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

test("RTPEngine has to have its kernel module, unless the config lets it do without", async () => {
    expect(only("KernelModule", "media-1-module")).toMatchObject({ modules: ["nft_rtpengine", "xt_RTPENGINE"] });
    const files = only("VmFiles", "media-1-files").files as { content: string }[];
    expect(files[0].content).toContain("table = 0\nno-fallback = true\n");

    const without = await runProgram({ rtpengineFallback: "true" });
    expect(without.made.filter((resource) => resource.type === "KernelModule")).toEqual([]);
    const other = without.made.find((resource) => resource.name === "media-1-files")?.inputs.files;
    expect((other as { content: string }[])[0].content).toContain("table = -1\nno-fallback = false\n");
});

test("a password that a phone has already takes the place of a random one", async () => {
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
                services: ["kamailio", "pgbouncer", "voip-agent", "node-exporter", "sshd"],
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
        ],
    });
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
    expect(hosts.made.filter((resource) => resource.type === "VmNetwork")).toHaveLength(4);
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
