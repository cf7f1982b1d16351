import * as login from "../../../clients/vault/login";
import { provider as bootstrapCertificate } from "../../../providers/bootstrap-certificate/provider";
import { provider as cdrPolicies } from "../../../providers/cdr-policies/provider";
import type { DynamicProvider } from "../../../providers/contract";
import { provider as coreIdentity } from "../../../providers/core-identity/provider";
import { provider as databaseClaim } from "../../../providers/database-claim/provider";
import { provider as dockerDaemon } from "../../../providers/docker-daemon/provider";
import { provider as hostFiles } from "../../../providers/host-files/provider";
import { provider as kernelModule } from "../../../providers/kernel-module/provider";
import { provider as migrations } from "../../../providers/migrations/provider";
import { provider as phones } from "../../../providers/phones/provider";
import { provider as service } from "../../../providers/service/provider";
import { provider as sshAccess } from "../../../providers/ssh-access/provider";
import { provider as subscribers } from "../../../providers/subscribers/provider";
import { provider as trustAnchors } from "../../../providers/trust-anchors/provider";
import { provider as vaultClaim } from "../../../providers/vault-claim/provider";
import { provider as vaultIdentity } from "../../../providers/vault-identity/provider";
import { provider as vaultLogin } from "../../../providers/vault-login/provider";
import { provider as vaultServer } from "../../../providers/vault-server/provider";
import { provider as vmFiles } from "../../../providers/vm-files/provider";
import { provider as vmNetwork } from "../../../providers/vm-network/provider";

jest.mock("../../../clients/vault/login");
beforeEach(() => jest.mocked(login.tokenState).mockResolvedValue("good"));

const postgres = ["host", "port", "user", "password", "caFile"];

/** What becomes of a resource for another value of each of its properties: it is replaced, updated, or left as it is. */
const table: Record<string, [provider: unknown, replaces: string[], updates: string[], leaves?: string[]]> = {
    BootstrapCertificate: [bootstrapCertificate, ["file", "owner", "commonName", "address"], []],
    CdrPolicies: [cdrPolicies, [], postgres],
    CoreIdentity: [
        coreIdentity,
        ["container", "runDir"],
        ["vaultAddress", "caFile", "role", "roleId", "address", "dockerHost", "containerId", "certificates", "state"],
        ["token"],
    ],
    DatabaseClaim: [databaseClaim, ["host"], ["port", "user", "password", "caFile", "roles", "databases"]],
    DockerDaemon: [
        dockerDaemon,
        ["dataDir", "runDir", "socket", "cgroup"],
        ["layers", "store", "state"],
        ["limitsMemory"],
    ],
    HostFiles: [hostFiles, [], ["directories", "files", "reload", "deviating"]],
    KernelModule: [kernelModule, ["host", "vmId"], ["sshConfig", "modules", "procPath", "state"]],
    Migrations: [migrations, ["database"], [...postgres, "owner", "account", "migrations"]],
    Phones: [phones, ["netns", "labNetns"], ["bridge", "addresses", "prefix"]],
    Service: [
        service,
        ["host", "vmId", "service"],
        ["sshConfig", "protocol", "address", "port", "user", "start", "after", "state"],
        ["deadlineSeconds"],
    ],
    SshAccess: [sshAccess, ["dir"], ["runDir", "user", "hosts"]],
    Subscribers: [subscribers, ["sipDomain"], [...postgres, "subscribers"]],
    TrustAnchors: [trustAnchors, ["file"], ["certificates", "missing"]],
    VaultClaim: [vaultClaim, ["address"], ["caFile", "token", "stack"]],
    VaultIdentity: [
        vaultIdentity,
        ["host", "vmId"],
        ["address", "role", "roleId", "vaultAddress", "config", "state"],
        ["sshConfig", "ca", "token"],
    ],
    VaultLogin: [vaultLogin, [], ["address", "ca", "mount", "roleId", "secretId"]],
    VaultServer: [
        vaultServer,
        ["dataDir"],
        ["address", "caFile", "roleId", "secretId", "dockerHost", "container", "containerId", "policy", "state"],
    ],
    VmFiles: [vmFiles, ["host", "vmId", "bundleName"], ["sshConfig", "files", "apply"]],
    VmNetwork: [vmNetwork, ["uri", "networkName", "bridge", "address", "prefix", "mode"], ["state"]],
};

type Values = Record<string, unknown>;

describe.each(Object.entries(table))("%s", (_type, [provider, replaces, updates, leaves = []]) => {
    const diff = (change: Values, more: Values = {}) => {
        const all = [...replaces, ...updates, ...leaves].map((property) => [property, `${property} as it was`]);
        // of a provider's outputs, what a look at them needs
        const olds = {
            ...Object.fromEntries(all),
            token: "token as it was",
            tokenSince: new Date().toISOString(),
            ...more,
        } as Values;
        return (provider as DynamicProvider<Values, Values>).diff("id", olds, { ...olds, ...change });
    };

    it("stays as it is if nothing differs", async () => {
        expect(await diff({})).toMatchObject({ changes: false });
        expect((await diff({})).replaces ?? []).toEqual([]);
    });

    if (replaces.length > 0)
        it.each(replaces)("is replaced for another %s", async (property) => {
            expect(await diff({ [property]: "another" })).toMatchObject({ changes: true, replaces: [property] });
        });

    if (updates.length > 0)
        it.each(updates)("is updated for another %s", async (property) => {
            const { changes, replaces: replaced = [] } = await diff({ [property]: "another" });
            expect({ changes, replaced }).toEqual({ changes: true, replaced: [] });
        });

    if (leaves.length > 0)
        it.each(leaves)("is left alone for another %s", async (property) => {
            expect(await diff({ [property]: "another" })).toMatchObject({ changes: false });
        });
});

describe("a resource with a fixed name is removed before it is replaced", () => {
    it.each(Object.entries(table).filter(([, [, replaces]]) => replaces.length > 0))(
        "%s",
        async (type, [provider, [first]]) => {
            const olds = { [first]: "as it was", tokenSince: new Date().toISOString() };
            const { deleteBeforeReplace = false } = await (provider as DynamicProvider<Values, Values>).diff(
                "id",
                olds,
                {
                    ...olds,
                    [first]: "another",
                },
            );
            // keys of the operator, CAs and the server's data lie in another directory then
            expect(deleteBeforeReplace).toBe(!["SshAccess", "TrustAnchors", "VaultServer"].includes(type));
        },
    );
});

describe("a token", () => {
    const server = { dataDir: "/d", token: "t", tokenSince: new Date().toISOString() } as Values;
    const changes = async (provider: unknown, olds: Values) =>
        (await (provider as DynamicProvider<Values, Values>).diff("id", olds, olds)).changes;

    it("that is rejected is replaced; one that can't be checked is not", async () => {
        for (const [provider, olds] of [
            [vaultLogin, { token: "t" }],
            [vaultServer, server],
        ] as const) {
            jest.mocked(login.tokenState).mockResolvedValue("refused");
            expect(await changes(provider, olds)).toBe(true);
            jest.mocked(login.tokenState).mockResolvedValue("server not reached");
            expect(await changes(provider, olds)).toBe(false);
        }
    });
});

describe("policies of CDRs", () => {
    it.each([
        [{ license: "timescale", retention: "scheduled" }, true],
        [{ license: "timescale", retention: "policy" }, false],
        [{ license: "apache", retention: "scheduled" }, false],
    ])("are made if the licence allows them and they are missing: %j", async (olds, changes) => {
        expect(await cdrPolicies.diff("id", olds as never, olds as never)).toEqual({ changes });
    });
});
