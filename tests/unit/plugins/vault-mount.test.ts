import { VaultError } from "../../../clients/vault/client";
import type { Properties } from "../../../engine/plugins";
import type { VaultApi } from "../../../engine/plugins/vault/api";
import { authBackendType, mountType } from "../../../engine/plugins/vault/mount";
import { context } from "./context";

/** Stands in for OpenBao: what a path holds, and what is written. */
let holds: Record<string, Properties>;
let written: [string, Properties][];
/** What the next write is refused with. */
let refusal: Error | undefined;
const api = {
    read: async (path: string) => holds[path],
    write: async (path: string, body: Properties) => {
        written.push([path, body]);
        const error = refusal;
        refusal = undefined;
        if (error) throw error;
        return {};
    },
    remove: async (path: string) => void written.push([`remove ${path}`, {}]),
} as unknown as VaultApi;

const refused = (status: number, said: string): Error => new VaultError("POST", "sys/mounts/a/b", status, [said]);

const mount = mountType(() => api);
const auth = authBackendType(() => api);
const seen = { type: "kv", description: "d", config: {}, options: null, local: false, accessor: "kv_1" };

beforeEach(() => {
    [holds, written, refusal] = [{ "sys/mounts": { "a/b/": seen }, "sys/auth": { "approle/": seen } }, [], undefined];
});

describe("a mount", () => {
    it("is made where its path says, with what the server takes as its own default", async () => {
        const { id } = await mount.create({ path: "/a/b/", type: "kv" }, context());
        expect(id).toBe("/a/b/");
        expect(written).toEqual([
            [
                "sys/mounts/a/b",
                {
                    ...{ type: "kv", description: "", options: {}, local: false, seal_wrap: false },
                    config: { default_lease_ttl: "0s", max_lease_ttl: "0s" },
                },
            ],
        ]);
    });

    it("is made of what is given", async () => {
        const given = {
            ...{ path: "a/b", type: "kv", description: "d", options: { version: "2" }, local: true, sealWrap: true },
            ...{ defaultLeaseTtlSeconds: 60, maxLeaseTtlSeconds: 120 },
        };
        await mount.create(given, context());
        expect(written[0][1]).toEqual({
            ...{ type: "kv", description: "d", options: { version: "2" }, local: true, seal_wrap: true },
            config: { default_lease_ttl: "60s", max_lease_ttl: "120s" },
        });
    });

    describe("whose path is taken", () => {
        const taken = refused(400, "path is already in use at a/b/");
        const make = (more: Properties = {}) =>
            mount.create({ path: "a/b", type: "kv", description: "d", ...more }, context());

        it("is there already where a run that was killed made it", async () => {
            refusal = taken;
            expect((await make()).id).toBe("a/b");
        });

        it.each<[Properties]>([[{ type: "pki" }], [{ description: "e" }], [{ description: "" }]])(
            "is another's where it is not this one: %j",
            async (more) => {
                if (more.description === "") holds["sys/mounts"] = { "a/b/": { ...seen, description: "" } };
                refusal = taken;
                await expect(make(more)).rejects.toThrow("already in use");
            },
        );

        it("is not looked for where the server says something else", async () => {
            for (const other of [refused(500, "already in use"), refused(400, "no"), new Error("already in use")]) {
                refusal = other;
                await expect(make()).rejects.toThrow(other.message);
            }
        });

        it("is not there after all", async () => {
            holds = {};
            refusal = taken;
            await expect(make()).rejects.toThrow("already in use");
        });
    });

    it("is looked at where it is, by whichever name its type goes", async () => {
        const read = async (type: string) => (await mount.read!("a/b", { type }, { type }))!.outputs.type;
        expect([await read("kv"), await read("kv-v2"), await read("pki")]).toEqual(["kv", "kv-v2", "kv"]);
        holds["sys/mounts"] = { "a/b/": { ...seen, type: "pki" } };
        expect(await read("kv-v2")).toBe("pki");
        expect(await mount.read!("a", {}, {})).toBeUndefined();
    });

    it("is tuned; its description is said where that has changed", async () => {
        const olds = { path: "a/b", type: "kv", description: "d" };
        await mount.update!("a/b", olds, { ...olds, maxLeaseTtlSeconds: 9 }, context());
        await mount.update!("/a/b/", olds, { path: "a/b", type: "kv" }, context());
        const tuned = { default_lease_ttl: "0s", options: {} };
        expect(written).toEqual([
            ["sys/mounts/a/b/tune", { ...tuned, max_lease_ttl: "9s" }],
            ["sys/mounts/a/b/tune", { ...tuned, max_lease_ttl: "0s", description: "" }],
        ]);
    });

    it("is removed where it is", async () => {
        await mount.delete("/a/b/", {}, context());
        expect(written).toEqual([["remove sys/mounts/a/b", {}]]);
    });
});

describe("a login", () => {
    it("is made at the path of its type's name where none is given", async () => {
        const { id } = await auth.create({ type: "approle" }, context());
        expect(id).toBe("approle");
        expect(written).toEqual([["sys/auth/approle", { type: "approle", description: "", local: false }]]);
    });

    it.each([
        [768 * 3600, "768h"],
        [5400, "1h30m"],
        [90, "0h1m30s"],
        [3601, "1h0m1s"],
        [0, "0h"],
        [undefined, "0h"],
    ])("has times of %p s, which are written as %s", async (seconds, text) => {
        holds["sys/auth/approle/tune"] = { default_lease_ttl: seconds, max_lease_ttl: seconds };
        const { outputs } = (await auth.read!("approle", {}, {}))!;
        expect(outputs.tune).toEqual({
            ...{ allowedResponseHeaders: [], auditNonHmacRequestKeys: [], auditNonHmacResponseKeys: [] },
            ...{ defaultLeaseTtl: text, listingVisibility: "", maxLeaseTtl: text, passthroughRequestHeaders: [] },
            tokenType: "",
        });
    });

    it("keeps its path, however that is written", async () => {
        await auth.update!("approle", {}, { type: "approle", path: "/approle/", description: "d" }, context());
        await auth.update!("approle", {}, { type: "approle" }, context());
        expect(written).toEqual([
            ["sys/auth/approle/tune", { description: "d" }],
            ["sys/auth/approle/tune", { description: "" }],
        ]);
        await expect(auth.update!("approle", {}, { path: "other" }, context())).rejects.toThrow(
            "path approle can't be changed without the official plugin; name a new auth backend",
        );
    });
});
