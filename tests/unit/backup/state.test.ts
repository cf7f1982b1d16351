import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { placeState, withoutLost, type StoredState } from "../../../cli/backup/state";
import { projectDir } from "../../../paths";

const own = (type: string): string => `pulumi-nodejs:dynamic/voip:${type}`;
const urn = (name: string): string => `urn:pulumi:dev::voip-stack::t::${name}`;
type Resource = NonNullable<NonNullable<StoredState["checkpoint"]["latest"]>["resources"]>[number];
const resource = (name: string, type: string, more: Partial<Resource> = {}): Resource => ({
    urn: urn(name),
    type,
    custom: true,
    ...more,
});
const state = (resources: Resource[], pending: Resource[] = []): StoredState => ({
    checkpoint: { latest: { resources, pending_operations: pending.map((each) => ({ resource: each })) } },
});
const left = (resources: Resource[]): Resource[] => withoutLost(state(resources)).checkpoint.latest!.resources!;
const isKept = (type: string, custom = true): boolean => left([resource("x", type, { custom })]).length === 1;

/** Types of our own resources, from the files that declare them. */
const types = fs
    .readdirSync(path.join(projectDir, "providers"))
    .map((name) => path.join(projectDir, "providers", name, "resource.ts"))
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => [...fs.readFileSync(file, "utf8").matchAll(/type: "(\w+)"/g)].map(([, type]) => type))
    .sort();

describe("the state of a lost machine", () => {
    it("keeps of our own types what is in the backup, and no other", () => {
        expect(types.length).toBeGreaterThan(20);
        // a new type belongs to one of both: is its object in OpenBao, PostgreSQL or the ssh keys, or did it go with the machine?
        expect(types.filter((type) => isKept(own(type)))).toEqual([
            ...["CdrPolicies", "DatabaseClaim", "Migrations", "SshAccess", "Subscribers"],
            ...["VaultClaim", "VaultLogin", "VaultPassword"],
        ]);
        expect(types.filter((type) => !isKept(own(type)))).toEqual([
            ...["BootstrapCertificate", "ContainerStore", "CoreIdentity", "DockerDaemon", "HostFiles", "KernelModule"],
            ...["Phones", "Service", "TrustAnchors", "VaultIdentity", "VaultServer"],
            ...["Vm", "VmFiles", "VmImage", "VmNetwork"],
        ]);
    });

    it.each([
        ["random:index/randomPassword:RandomPassword", true],
        ["vault:index/mount:Mount", true],
        ["postgresql:index/database:Database", true],
        ["pulumi:pulumi:Stack", true],
        ["pulumi:providers:docker", true],
        ["docker:index/container:Container", false],
        ["command:local:Command", false],
    ])("%s: kept %s", (type, kept) => expect(isKept(type)).toBe(kept));

    it("keeps components, which nothing real belongs to", () => expect(isKept("voip:index:Pbx", false)).toBe(true));

    it("does not refer to what is gone, and keeps all else of a resource", () => {
        const [kept] = left([
            resource("mount", "vault:index/mount:Mount", {
                ...{ id: "secret", inputs: { path: "secret" } },
                parent: urn("server"),
                deletedWith: urn("server"),
                dependencies: [urn("server"), urn("password")],
                propertyDependencies: { path: [urn("server")], token: [urn("password"), urn("server")] },
            }),
            resource("server", own("VaultServer")),
        ]).filter(({ urn: found }) => found === urn("mount"));
        expect(JSON.parse(JSON.stringify(kept))).toEqual({
            ...resource("mount", "vault:index/mount:Mount"),
            ...{ id: "secret", inputs: { path: "secret" } },
            parent: urn("server"),
            dependencies: [urn("password")],
            propertyDependencies: { path: [], token: [urn("password")] },
        });
    });

    it("leaves what refers to kept resources alone", () => {
        const mount = resource("mount", "vault:index/mount:Mount", { deletedWith: urn("password"), dependencies: [] });
        const password = resource("password", "random:index/randomPassword:RandomPassword");
        expect(left([password, mount])).toEqual([password, mount]);
    });

    it("has nothing in progress", () => {
        const vm = resource("vm", own("Vm"));
        expect(withoutLost(state([], [vm])).checkpoint.latest).toEqual({ resources: [], pending_operations: [] });
    });
});

describe("a state from a backup", () => {
    let dir: string;
    beforeEach(() => void (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-state-"))));
    afterEach(() => fs.rmSync(dir, { recursive: true }));
    const layout = () => ({
        meta: path.join(dir, ".pulumi/meta.yaml"),
        checkpoint: path.join(dir, ".pulumi/stacks/voip-stack/dev.json"),
    });
    const from = (): string => path.join(dir, "from.json");

    it("is put where the file backend looks for it, also into a new one", async () => {
        const stored = state([resource("vm", own("Vm")), resource("password", "random:x:RandomPassword")]);
        fs.writeFileSync(from(), JSON.stringify({ version: 3, ...stored }));
        await placeState(from(), layout());
        expect(fs.readFileSync(layout().meta, "utf8")).toBe("version: 1\n");
        expect(JSON.parse(fs.readFileSync(layout().checkpoint, "utf8"))).toMatchObject({
            version: 3,
            checkpoint: { latest: { resources: [{ urn: urn("password") }] } },
        });
    });

    it("that can't be read replaces nothing", async () => {
        fs.writeFileSync(from(), "{");
        await expect(placeState(from(), layout())).rejects.toThrow("is damaged");
        expect(fs.existsSync(layout().checkpoint)).toBe(false);
    });
});
