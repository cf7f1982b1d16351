import * as pulumi from "@pulumi/pulumi";
import { coreServers } from "../../../services/core-servers";

export interface MadeResource {
    /** Type token, as in the resource's URN. */
    token: string;
    /** Last part of it. */
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    provider?: string;
    /** Of its options, those that are on: protect, retainOnDelete, deletedWith. */
    kept: string[];
}

interface Registration {
    getName(): string;
    getType(): string;
    getProtect(): boolean;
    getRetainondelete(): boolean;
    getDeletedwith(): string;
}

/** Configuration of core services that somebody else runs. */
export const externalCore = {
    core: "external",
    vaultAddress: "https://vault.example.net:8200",
    vaultCaFile: "LICENSE",
    vaultToken: "a-token",
    postgresHost: "db.example.net",
    postgresPassword: "a-password",
    postgresCaFile: "LICENSE",
};

/** Outputs of resources as their providers would give them. */
function outputsOf({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
    const kind = type.split(":").pop();
    const own: Record<string, Record<string, unknown>> = {
        Vm: { uuid: `uuid-of-${name}` },
        VmImage: {
            hash: `hash-${name}`,
            disk: `/cache/${name}/disk.raw`,
            kernel: `/cache/${name}/vmlinuz`,
            initrd: `/cache/${name}/initrd`,
            cmdline: "root=/dev/vda",
            versions: { kernel: "7.2", docker: "28.5", kamailio: "6.1.5", asterisk: "22.10.1", rtpengine: "26.0.1" },
            containerImages: {
                kamailio: { ref: "voip/kamailio:6", id: "sha256:kamailio" },
                asterisk: { ref: "voip/asterisk:22", id: "sha256:asterisk" },
            },
        },
        SshAccess: {
            configFile: "/data/ssh/config",
            publicKey: "ssh-ed25519 AAAA operator",
            hostKeyFiles: {
                "sip-1": "/data/ssh/host-sip-1",
                "pbx-1": "/data/ssh/host-pbx-1",
                "media-1": "/data/ssh/m",
            },
        },
        KernelModule: { module: "nft_rtpengine", version: "26.0.1", kernel: "7.2.12" },
        ContainerStore: {
            hash: "hash-of-core",
            store: "/cache/core/store",
            layers: [],
            containerImages: Object.fromEntries(
                coreServers.map((server) => [server, { ref: `voip/${server}:1`, id: `sha256:${server}` }]),
            ),
            versions: { openbao: "2.7.2", postgres: "18.1" },
        },
        DockerDaemon: { host: "unix:///run/docker.sock", limitsMemory: true },
        BootstrapCertificate: { certificate: `certificate-of-${name}\n` },
        TrustAnchors: { certificates: "bootstrap CA\n" },
        VaultServer: { token: "provisioning-token" },
        VaultClaim: { marker: "claimed" },
        AuthBackendRole: { roleId: `role-id-of-${name}` },
        SecretBackendRootCert: { certificate: "root CA\n", issuerId: `issuer-of-${name}` },
        SecretBackendRootSignIntermediate: { certificate: "intermediate CA\n", certificateBundle: "intermediate CA\n" },
        SecretBackendIntermediateSetSigned: { importedIssuers: [`issuer-of-${name}`] },
        RandomUuid: { result: `uuid-of-${name}` },
        RandomPassword: { result: `result-of-${name}` },
    };
    return { ...(inputs as Record<string, unknown>), ...own[kind ?? ""] };
}

/** Runs index.ts against mocks. @returns the resources that it made, and its outputs. */
export async function runProgram(
    config: Record<string, string> = {},
    preview = false,
    inLab = true,
): Promise<{ made: MadeResource[]; outputs: Record<string, unknown> }> {
    const made: MadeResource[] = [];
    const kept = new Map<string, string[]>();
    const mocks: pulumi.runtime.Mocks = {
        call: ({ inputs }) => inputs as Record<string, unknown>,
        newResource(args) {
            made.push({
                token: args.type,
                type: args.type.split(":").pop() ?? "",
                name: args.name,
                inputs: args.inputs as Record<string, unknown>,
                provider: args.provider,
                kept: kept.get(`${args.type} ${args.name}`) ?? [],
            });
            return { id: `id-of-${args.name}`, state: outputsOf(args) };
        },
    };
    jest.resetModules();
    jest.doMock("../../../lab/inside", () => ({
        ...jest.requireActual<object>("../../../lab/inside"),
        insideLab: () => inLab,
    }));
    // a program starts with an SDK of its own
    const sdk = await import("@pulumi/pulumi");
    await sdk.runtime.setMocks(mocks, "voip-stack", "dev", preview);
    // mocks are not told of options
    const monitor = sdk.runtime.getMonitor() as unknown as { registerResource(...args: unknown[]): unknown };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (...args) => {
        const request = args[0] as Registration;
        const options = {
            protect: request.getProtect(),
            retainOnDelete: request.getRetainondelete(),
            deletedWith: request.getDeletedwith(),
        };
        const on = Object.entries(options).flatMap(([option, value]) => (value ? [option] : []));
        kept.set(`${request.getType()} ${request.getName()}`, on);
        return register(...args);
    };
    sdk.runtime.setAllConfig(
        Object.fromEntries(Object.entries(config).map(([key, value]) => [`voip-stack:${key}`, value])),
    );
    let program: { default: Record<string, unknown> } = { default: {} };
    const load = async (): Promise<void> => {
        program = await import("../../../index");
    };
    // transformations are the stack's
    await (config.protect ? sdk.runtime.runInPulumiStack(load) : load());
    const settled = new Promise<Record<string, unknown>>((resolve, reject) => {
        sdk.output(program.default).apply((value) => resolve(value as Record<string, unknown>));
        // an error in an output never reaches what depends on it, and so would be waited for in vain
        process.once("unhandledRejection", reject);
    });
    const outputs = preview ? {} : await settled; // in a preview they stay unknown, and nobody is told
    await sdk.runtime.disconnect();
    return { made, outputs };
}
