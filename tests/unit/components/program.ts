import * as pulumi from "@pulumi/pulumi";

export interface MadeResource {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    provider?: string;
}

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
        RandomPassword: { result: `result-of-${name}` },
    };
    return { ...(inputs as Record<string, unknown>), ...own[kind ?? ""] };
}

/** Runs index.ts against mocks. @returns the resources that it made, and its outputs. */
export async function runProgram(
    config: Record<string, string> = {},
    preview = false,
): Promise<{ made: MadeResource[]; outputs: Record<string, unknown> }> {
    const made: MadeResource[] = [];
    const mocks: pulumi.runtime.Mocks = {
        call: ({ inputs }) => inputs as Record<string, unknown>,
        newResource(args) {
            made.push({
                type: args.type.split(":").pop() ?? "",
                name: args.name,
                inputs: args.inputs as Record<string, unknown>,
                provider: args.provider,
            });
            return { id: `id-of-${args.name}`, state: outputsOf(args) };
        },
    };
    jest.resetModules();
    // a program starts with an SDK of its own
    const sdk = await import("@pulumi/pulumi");
    await sdk.runtime.setMocks(mocks, "voip-stack", "dev", preview);
    sdk.runtime.setAllConfig(
        Object.fromEntries(Object.entries(config).map(([key, value]) => [`voip-stack:${key}`, value])),
    );
    const program = (await import("../../../index")) as { default: Record<string, unknown> };
    // an output never settles for `apply` when what it stands on failed: its promise tells
    const settled = sdk.output(program.default) as unknown as { promise(): Promise<Record<string, unknown>> };
    const outputs = await settled.promise();
    await sdk.runtime.disconnect();
    return { made, outputs };
}
