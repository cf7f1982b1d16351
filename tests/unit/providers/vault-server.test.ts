import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { DockerError, type DockerApi } from "../../../clients/docker/api";
import * as logs from "../../../clients/docker/logs";
import * as session from "../../../clients/docker/session";
import { VaultError } from "../../../clients/vault/client";
import * as health from "../../../clients/vault/health";
import * as logins from "../../../clients/vault/login";
import type * as waiting from "../../../process/wait";
import { provider } from "../../../providers/vault-server/provider";
import { serverToken, stateOf } from "../../../providers/vault-server/server";
import { FakeVault } from "../plugins/vault-server";

jest.mock("../../../clients/docker/logs");
jest.mock("../../../clients/docker/session");
jest.mock("../../../clients/vault/health");
jest.mock("../../../clients/vault/login");
// looks ten times, at once
jest.mock("../../../process/wait", () => ({
    waitFor: async (what: string, probe: () => unknown, { deadlineMs }: waiting.WaitOptions) => {
        let seen = "nothing";
        for (let look = 0; look < 10; look++) {
            try {
                return await probe();
            } catch (error) {
                seen = (error as Error).message;
            }
        }
        throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${seen}`);
    },
}));

let dir: string;
let vault: FakeVault;
let asked: string[];
let container: { Running: boolean; Restarting: boolean } | undefined;

const at = (...names: string[]): string => path.join(dir, ...names);
const inputs = (more: object = {}) => ({
    address: vault.address,
    caFile: at("ca.pem"),
    roleId: "role",
    secretId: "secret",
    dockerHost: "unix:///docker.sock",
    container: "openbao",
    dataDir: dir,
    policy: "allow",
    containerId: "c1",
    state: "active",
    ...more,
});
const refused = new VaultError("POST", "auth/provisioning/login", 400, ["invalid role or secret ID"]);
const isInitialised = (): boolean => fs.existsSync(at("initialised"));
const restarts = (): number => asked.filter((line) => line === "POST /containers/openbao/start").length;

beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-openbao-"));
    for (const file of ["data/raft/raft.db", "data/vault.db", "tls/server.pem", "tls/first.pem"]) {
        fs.mkdirSync(path.dirname(at(file)), { recursive: true });
        fs.writeFileSync(at(file), "");
    }
    fs.writeFileSync(at("ca.pem"), "PEM");
    vault = await FakeVault.start();
    [asked, container] = [[], { Running: true, Restarting: false }];
    const call = async (method: string, url: string, { query = {} } = {}) => {
        asked.push([method, url, ...Object.entries(query).map((pair) => pair.join("="))].join(" "));
        if (!container) throw new DockerError(404, "no such container");
        return { State: container };
    };
    jest.mocked(session.withDocker).mockImplementation(async (_host, work) => work({ call } as unknown as DockerApi));
    jest.mocked(logs.lastWords).mockResolvedValue("; it printed last:\npanic");
    jest.mocked(health.serverState).mockResolvedValue("active");
    jest.mocked(logins.login).mockResolvedValue("t1");
    jest.mocked(logins.tokenState).mockResolvedValue("good");
});
afterEach(async () => {
    jest.resetAllMocks();
    await vault.stop();
    fs.rmSync(dir, { recursive: true });
});

describe("provisioning's token", () => {
    it("is of a login of its own, which shows that the server is whole", async () => {
        expect(await serverToken(inputs())).toBe("t1");
        const { address } = inputs();
        expect(logins.login).toHaveBeenCalledWith({
            ...{ address, ca: "PEM", mount: "provisioning", roleId: "role", secretId: "secret" },
        });
        expect([isInitialised(), asked]).toEqual([true, []]);
    });

    it("is kept when it is good, and made anew when it is not known to be", async () => {
        expect(await serverToken(inputs(), "t0")).toBe("t0");
        expect(logins.tokenState).toHaveBeenCalledWith({ address: vault.address, ca: "PEM", token: "t0" });
        for (const state of ["refused", "server not reached"] as const) {
            jest.mocked(logins.tokenState).mockResolvedValue(state);
            expect(await serverToken(inputs(), "t0")).toBe("t1");
        }
    });

    it("is waited for while the server starts, without a restart", async () => {
        jest.mocked(health.serverState).mockResolvedValueOnce("not answering: ECONNREFUSED");
        fs.rmSync(at("ca.pem"));
        expect(await serverToken(inputs())).toBe("t1");
        expect(asked).toEqual(["GET /containers/openbao/json"]);
        expect(jest.mocked(health.serverState).mock.calls[0][0]).toEqual({ address: vault.address, ca: "" });
    });

    it("is an error with the server's last words when the server does not come", async () => {
        jest.mocked(health.serverState).mockResolvedValue("not answering: ECONNREFUSED");
        await expect(serverToken(inputs())).rejects.toThrow(
            `OpenBao at ${vault.address} is not ready: waited 120000 ms for OpenBao; last seen: not answering: ECONNREFUSED; it printed last:\npanic`,
        );
        expect(restarts()).toBe(0);
        expect(isInitialised()).toBe(false);
    });

    it("is an error when there is no container", async () => {
        jest.mocked(health.serverState).mockResolvedValue("not answering: ECONNREFUSED");
        container = undefined;
        await expect(serverToken(inputs())).rejects.toThrow("last seen: container openbao: no such container");
    });
});

describe("a server that is started anew", () => {
    it.each([
        ["ended", { Running: false, Restarting: false }],
        ["is started over and over", { Running: true, Restarting: true }],
    ])("is one that %s; one that was never whole begins without data", async (_, state) => {
        container = state;
        jest.mocked(health.serverState).mockResolvedValueOnce("not answering: ECONNREFUSED");
        expect(await serverToken(inputs())).toBe("t1");
        expect(asked).toEqual([
            "GET /containers/openbao/json",
            "POST /containers/openbao/stop t=20",
            "POST /containers/openbao/start",
        ]);
        expect([fs.readdirSync(at("data")), fs.readdirSync(at("tls"))]).toEqual([[], ["first.pem"]]);
    });

    it("keeps the data of one that was whole", async () => {
        fs.writeFileSync(at("initialised"), "");
        jest.mocked(health.serverState).mockResolvedValueOnce("sealed");
        await serverToken(inputs());
        expect(restarts()).toBe(1);
        expect([fs.readdirSync(at("data")).sort(), fs.readdirSync(at("tls")).length]).toEqual([
            ["raft", "vault.db"],
            2,
        ]);
    });

    it("is not started more than three times, whatever it says", async () => {
        jest.mocked(health.serverState).mockResolvedValue("sealed");
        await expect(serverToken(inputs())).rejects.toThrow("last seen: sealed;");
        expect(restarts()).toBe(3);
    });

    it("is one that refuses the login before it was ever whole", async () => {
        jest.mocked(logins.login).mockRejectedValueOnce(refused);
        expect(await serverToken(inputs())).toBe("t1");
        expect(restarts()).toBe(1);
        jest.mocked(logins.login).mockRejectedValue(refused);
        fs.rmSync(at("initialised"));
        await expect(serverToken(inputs())).rejects.toThrow("last seen: the login of provisioning was refused;");
    });

    it("is none that was whole and refuses the login, and none whose login gets lost", async () => {
        jest.mocked(logins.login).mockRejectedValue(new Error("socket hang up"));
        await expect(serverToken(inputs())).rejects.toThrow("last seen: socket hang up;");
        fs.writeFileSync(at("initialised"), "");
        jest.mocked(logins.login).mockRejectedValue(refused);
        await expect(serverToken(inputs())).rejects.toThrow("invalid role or secret ID");
        expect(restarts()).toBe(0);
    });
});

describe("the resource of the server", () => {
    const halfLife = (768 / 2) * 3_600_000;
    const since = (ms: number): string => new Date(Date.now() - ms).toISOString();
    const outputs = (more: object = {}) => ({ ...inputs(), token: "t0", tokenSince: since(1000), ...more });

    it("says since when the token is there", async () => {
        const { id, outs } = await provider.create(inputs());
        expect([id, outs.token]).toEqual([vault.address, "t1"]);
        expect(Math.abs(Date.now() - Date.parse(outs.tokenSince))).toBeLessThan(60_000);
    });

    it.each([
        ["sealed", "good", "sealed"],
        ["active", "refused", "without the token of provisioning"],
        ["active", "server not reached", "active"],
        ["active", "good", "active"],
    ] as const)("finds a server that is %s, with a token that is %s: %s", async (state, token, expected) => {
        jest.mocked(health.serverState).mockResolvedValue(state);
        jest.mocked(logins.tokenState).mockResolvedValue(token);
        expect(await stateOf(inputs(), "t0")).toBe(expected);
        const given = outputs();
        expect(await provider.read("id", given)).toEqual({
            id: "id",
            props: { ...given, state: expected },
            inputs: { ...inputs(), state: expected },
        });
    });

    it.each([
        [halfLife - 60_000, false],
        [halfLife + 60_000, true],
    ])("is changed when half of the token's life is over: after %i ms %s", async (ms, changes) => {
        const olds = outputs({ tokenSince: since(ms) });
        expect((await provider.diff("id", olds, inputs())).changes).toBe(changes);
        expect(jest.mocked(logins.tokenState).mock.calls[0]?.[0].timeoutMs).toBe(changes ? undefined : 3000);
    });

    it("keeps a young token, and does not write a policy that is the same", async () => {
        const olds = outputs();
        expect((await provider.update("id", olds, inputs())).outs).toEqual({
            ...inputs(),
            token: "t0",
            tokenSince: olds.tokenSince,
        });
        expect(vault.changes()).toEqual([]);
    });

    it("ends an old token when there is a new one", async () => {
        const { outs } = await provider.update("id", outputs({ tokenSince: since(halfLife + 1000) }), inputs());
        expect(outs.token).toBe("t1");
        expect(Date.now() - Date.parse(outs.tokenSince)).toBeLessThan(60_000);
        expect(vault.changes()).toEqual([{ line: "POST auth/token/revoke-self" }]);
    });

    it("writes another policy by a login that may do just that", async () => {
        await provider.update("id", outputs({ policy: "deny" }), inputs());
        expect(jest.mocked(logins.login).mock.calls).toMatchObject([
            [{ mount: "provisioning", roleId: "role-policy" }],
        ]);
        expect(vault.changes()).toEqual([
            { line: "POST sys/policies/acl/provisioning", body: { policy: "allow" } },
            { line: "POST auth/token/revoke-self" },
        ]);
    });

    it("does not mind a token that can't be ended", async () => {
        vault.answers["POST auth/token/revoke-self"] = 403;
        const { outs } = await provider.update("id", outputs({ tokenSince: since(halfLife + 1000) }), inputs());
        expect(outs.token).toBe("t1");
    });
});
