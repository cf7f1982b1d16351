import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { projectDir } from "../../../paths";

/** What each type of resource has beside its inputs: the state keeps these, and the program reads them. */
const declared: Record<string, [module: string, outputs: string[]]> = {
    BootstrapCertificate: ["bootstrap-certificate", ["certificate"]],
    CdrPolicies: ["cdr-policies", ["license", "retention"]],
    ContainerStore: ["image", ["hash", "layers", "store", "versions", "containerImages"]],
    CoreIdentity: ["core-identity", ["state"]],
    DatabaseClaim: ["database-claim", []],
    DockerDaemon: ["docker-daemon", ["host", "limitsMemory", "state"]],
    HostFiles: ["host-files", ["deviating"]],
    KernelModule: ["kernel-module", ["module", "version", "kernel", "state"]],
    Migrations: ["migrations", []],
    Phones: ["phones", []],
    Service: ["service", ["state"]],
    SshAccess: ["ssh-access", ["configFile", "publicKey", "hostKeyFiles"]],
    Subscribers: ["subscribers", []],
    TrustAnchors: ["trust-anchors", ["missing"]],
    VaultClaim: ["vault-claim", ["marker"]],
    VaultIdentity: ["vault-identity", ["accessor", "state"]],
    VaultLogin: ["vault-login", ["token"]],
    VaultPassword: ["vault-password", []],
    VaultServer: ["vault-server", ["token", "tokenSince", "state"]],
    Vm: ["vm", ["uuid", "sshSeconds", "state", "autostart"]],
    VmFiles: ["vm-files", []],
    VmImage: ["image", ["hash", "disk", "kernel", "initrd", "cmdline", "versions", "containerImages"]],
    VmNetwork: ["vm-network", ["state"]],
};

interface Made {
    type: string;
    inputs: Record<string, unknown>;
}
let made: Made[];
beforeAll(() =>
    pulumi.runtime.setMocks({
        call: ({ inputs }) => inputs as Record<string, unknown>,
        newResource({ type, inputs }) {
            made.push({ type, inputs: inputs as Record<string, unknown> });
            return { id: "id", state: inputs as Record<string, unknown> };
        },
    }),
);
beforeEach(() => (made = []));

test("every type is here", () => {
    const dir = path.join(projectDir, "providers");
    const folders = fs.readdirSync(dir).filter((name) => fs.existsSync(path.join(dir, name, "resource.ts")));
    expect([...new Set(Object.values(declared).map(([module]) => module))].sort()).toEqual(folders.sort());
});

test.each(Object.entries(declared))("%s", async (type, [module, outputs]) => {
    const classes = (await import(path.join(projectDir, "providers", module, "resource"))) as Record<
        string,
        new (name: string, args: object) => pulumi.CustomResource
    >;
    const resource = new classes[type]("one", { database: "cdr" });
    await new Promise((resolve) => resource.urn.apply(resolve));
    expect(made.map((one) => one.type)).toEqual([`pulumi-nodejs:dynamic/voip:${type}`]);
    // what is not one of these is an input, or belongs to the SDK
    const own = Object.keys(resource).filter((name) => !name.startsWith("__") && !["urn", "id"].includes(name));
    expect(own.filter((name) => !["database", "migrations"].includes(name)).sort()).toEqual([...outputs].sort());
    const [, file] = /path\.resolve\("(providers\/[^"]+)"\)/.exec(made[0].inputs.__provider as string) ?? [];
    const { provider } = (await import(path.join(projectDir, file))) as { provider: object };
    for (const method of ["check", "diff", "create", "read", "delete"]) expect(provider).toHaveProperty(method);
    expect(file).toMatch(new RegExp(`^providers/${module}/`));
});
