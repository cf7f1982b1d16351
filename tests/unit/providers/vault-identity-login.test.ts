import { VaultClient } from "../../../clients/vault/client";
import type * as processes from "../../../process/run";
import { provider } from "../../../providers/vault-identity/provider";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const path = "auth/approle/role/pbx-vm-role/secret-id";
/** What Vault was asked, and the secret-ids that it has: metadata by accessor. */
let asked: { line: string; body?: Record<string, unknown>; options?: object }[];
let secretIds: Record<string, Record<string, string>>;
let isWrapped: boolean;
let said: string[];
let request: jest.SpiedFunction<VaultClient["request"]>;

const inputs = (more: object = {}) => ({
    ...{
        host: "pbx-1",
        sshConfig: "/ssh",
        vmId: "uuid-1",
        address: "192.168.64.30",
        role: "pbx-vm-role",
        roleId: "8d1c",
    },
    ...{ vaultAddress: "https://192.168.64.1:8200", ca: "PEM", token: "t", config: "c", state: "ok" },
    ...more,
});
const outputs = (more: object = {}) => ({ ...inputs(more), accessor: "a0" });
/** Commands of the VM's agent. */
const agent = (): string[] =>
    mockCommands
        .take()
        .map((line) => line.replace("ssh -F /ssh -o BatchMode=yes pbx-1 -- sudo /usr/local/sbin/voip-agent ", ""));
const destroyed = (): unknown[] =>
    asked.filter(({ line }) => line.endsWith("/destroy")).map(({ body }) => body?.secret_id_accessor);

beforeEach(() => {
    [asked, secretIds, isWrapped, said] = [[], {}, true, []];
    mockCommands.reset();
    mockCommands.answer(/voip-agent login$/, '{"accessor":"a1"}');
    jest.spyOn(console, "error").mockImplementation((text: string) => void said.push(text));
    request = jest.spyOn(VaultClient.prototype, "request").mockImplementation(async (method, at, body, options) => {
        asked.push({ line: `${method} ${at}`, body, options });
        const accessor = String(body?.secret_id_accessor);
        if (method === "LIST") return { data: { keys: Object.keys(secretIds) } };
        if (at.endsWith("/lookup")) return { data: { metadata: secretIds[accessor] } };
        if (at.endsWith("/destroy")) return undefined;
        secretIds.new = JSON.parse(String(body?.metadata)) as Record<string, string>;
        return {
            data: null,
            ...(isWrapped && { wrap_info: { token: "wrapping", accessor: "w", ttl: 300 } }),
        };
    });
});
afterEach(() => jest.restoreAllMocks());

describe("a VM's agent", () => {
    it("is handed a secret-id over, wrapped and for its address only, with the role-id", async () => {
        expect(await provider.create(inputs())).toEqual({
            id: "pbx-1/vault-identity",
            outs: { ...inputs(), accessor: "a1" },
        });
        const cidr = "192.168.64.30/32";
        expect(asked).toEqual([
            {
                line: `POST ${path}`,
                body: { metadata: expect.any(String) as unknown, cidr_list: cidr, token_bound_cidrs: cidr },
                options: { wrapTtl: 300 },
            },
        ]);
        expect(secretIds.new).toEqual({
            vm: "pbx-1",
            purpose: "login",
            handover: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        });
        expect(agent()).toEqual(["login"]);
        expect(mockCommands.given[0]).toEqual({ input: "wrapping\n8d1c\n", timeoutMs: 360_000 });
    });

    it("is handed nothing over that is not wrapped", async () => {
        isWrapped = false;
        await expect(provider.create(inputs())).rejects.toThrow(
            `${path} was answered without response wrapping; nothing was handed over`,
        );
        expect(agent()).toEqual([]);
    });

    it("that does not log in leaves no secret-id of this handover", async () => {
        secretIds = { old: { vm: "pbx-1", handover: "earlier" }, other: { vm: "pbx-2" } };
        mockCommands.answer(/voip-agent login$/, { status: 1, stderr: "permission denied\n" });
        await expect(provider.create(inputs())).rejects.toThrow(/^pbx-1: permission denied$/);
        expect(destroyed()).toEqual(["new"]);
        expect(said).toEqual([]);
    });

    it("that does not log in leaves one for 72 hours where Vault is away meanwhile", async () => {
        mockCommands.answer(/voip-agent login$/, { status: 1 });
        const first = request.getMockImplementation();
        request.mockImplementation(async (method, ...more) => {
            if (method === "LIST") throw new Error("ECONNREFUSED");
            return first?.(method, ...more);
        });
        await expect(provider.create(inputs())).rejects.toThrow(/^pbx-1: ssh .*: exit status 1$/);
        expect(said).toEqual(["a secret-id of pbx-1 that was not used is left for 72 h: ECONNREFUSED"]);
    });

    it("is restarted for another configuration, and keeps its identity", async () => {
        expect((await provider.update("id", outputs(), inputs({ config: "d" }))).outs.accessor).toBe("a0");
        expect(agent()).toEqual(["restart"]);
    });

    it.each(["address", "role", "roleId", "vaultAddress", "state"])("logs in anew for another %s", async (property) => {
        const olds = outputs({ [property]: property === "role" ? "old-role" : "other" });
        expect((await provider.update("id", olds, inputs())).outs.accessor).toBe("a1");
        expect(agent()).toEqual(["login"]);
    });

    it("logs in anew where a restart shows that its identity is of no use, and else fails", async () => {
        mockCommands.answer(/voip-agent restart$/, { status: 1, stderr: "not restarted" });
        mockCommands.answer(/voip-agent status$/, '{"agent":{"state":"unauthenticated","detail":"403"}}');
        expect((await provider.update("id", outputs(), inputs())).outs.accessor).toBe("a1");
        expect(agent()).toEqual(["restart", "status", "login"]);
        mockCommands.answer(/voip-agent status$/, '{"agent":{"state":"unreachable","detail":""}}');
        await expect(provider.update("id", outputs(), inputs())).rejects.toThrow("pbx-1: not restarted");
    });

    it.each([
        [{ stdout: '{"agent":{"state":"ok","detail":""}}' }, "ok", []],
        [{ stdout: '{"agent":{"state":"sealed","detail":"503"}}' }, "sealed", ["the agent of pbx-1 is sealed: 503"]],
        [{ status: 127, stderr: "not found\n" }, "not installed", ["the agent of pbx-1 is not installed: not found"]],
        [{ status: 1, stderr: "sudo: no\n" }, "not installed", ["the agent of pbx-1 is not installed: sudo: no"]],
        [
            { status: 255, stderr: "No route\n" },
            "host not reached",
            ["the agent of pbx-1 is host not reached: No route"],
        ],
    ])("that answers %j is %s", async (answer, state, words) => {
        mockCommands.answer(/voip-agent status$/, answer);
        expect((await provider.read("id", outputs())).inputs?.state).toBe(state);
        expect(said).toEqual(words);
        expect(mockCommands.given[0].timeoutMs).toBe(60_000);
    });

    it("is forgotten with all secret-ids of its VM, and of no other", async () => {
        secretIds = { one: { vm: "pbx-1" }, two: { vm: "pbx-2" }, three: { vm: "pbx-1", purpose: "login" } };
        await provider.delete("id", outputs());
        expect(destroyed()).toEqual(["one", "three"]);
        request.mockRejectedValue(new Error("Vault is away"));
        await provider.delete("id", outputs());
        expect(said).toEqual(["Vault is away"]);
    });
});
