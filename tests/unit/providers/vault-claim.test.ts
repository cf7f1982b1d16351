import { provider } from "../../../providers/vault-claim/provider";
import { FakeVault } from "../plugins/vault-server";

let vault: FakeVault;
const inputs = () => ({ address: vault.address, caFile: "/dev/null", token: "t", stack: "dev" });
beforeEach(async () => (vault = await FakeVault.start()));
afterEach(() => vault.stop());

describe("a claim on a Vault", () => {
    it("has a mark of the stack's that no other claim has", async () => {
        const [one, other] = [await provider.create(inputs()), await provider.create(inputs())];
        expect(one.id).toMatch(/^voip-stack dev [0-9a-f]{12}$/);
        expect(one.outs).toEqual({ ...inputs(), marker: one.id });
        expect(other.id).not.toBe(one.id);
        expect(vault.changes()).toEqual([]);
    });

    it("is refused with all that is in the way, and what to do", async () => {
        vault.answers["sys/mounts"] = { "secret/": { description: "theirs" } };
        vault.answers["sys/auth"] = { "approle/": { description: "" } };
        await expect(provider.create(inputs())).rejects.toThrow(
            `${vault.address} has mount secret/, auth method approle/ already, which this stack did not make: move or remove them, ` +
                "or give the platform a server of its own; nothing was changed there",
        );
    });

    it("keeps its mark, whatever changes", async () => {
        const { id, outs } = await provider.create(inputs());
        expect((await provider.update(id, outs, { ...inputs(), token: "u" })).outs).toEqual({ ...outs, token: "u" });
        expect(await provider.read(id, outs)).toEqual({ id, props: outs, inputs: inputs() });
    });
});
