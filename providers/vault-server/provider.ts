import { tokenState } from "../../clients/vault/login";
import { absolutePath, changed, matching, name, optional, surelyChanged, text, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { revoke, serverToken, stateOf, vaultOf, writePolicy, type VaultServerDefinition } from "./server";
import { tokenPeriodSeconds } from "../../services/openbao/files";

interface Inputs extends VaultServerDefinition {
    /** Always "active"; a refresh stores its finding here. */
    state?: string;
}

interface Outputs extends Inputs {
    token: string;
    /** When the token was made; ISO 8601. */
    tokenSince: string;
}

const rules = {
    address: matching(/^https:\/\//, "a URL that starts with https://"),
    caFile: absolutePath,
    roleId: text,
    secretId: text,
    dockerHost: matching(/^unix:\/\//, "a URL that starts with unix://"),
    container: name,
    containerId: text,
    dataDir: absolutePath,
    policy: text,
    state: optional(() => []),
};

/** A token is replaced by a new one after half of its life. */
const isOld = (since: string) => Date.now() - Date.parse(since) > (tokenPeriodSeconds / 2) * 1000;

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        const inputs = { ...news, state: "active" };
        return { inputs, failures: violations(inputs, rules) };
    },

    /** With a token that the server rejects, every operation would fail: it is replaced before. */
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["dataDir"]);
        const asked = [
            "address",
            "caFile",
            "roleId",
            "secretId",
            "dockerHost",
            "container",
            "containerId",
            "policy",
            "state",
        ] as const;
        const differs = replaces.length > 0 || changed(olds, news, [...asked]).length > 0 || isOld(olds.tokenSince);
        return {
            changes:
                differs || (await tokenState({ ...vaultOf(olds), token: olds.token, timeoutMs: 3000 })) === "refused",
            replaces,
        };
    },

    async create(inputs) {
        const token = await serverToken(inputs);
        return { id: inputs.address, outs: { ...inputs, token, tokenSince: new Date().toISOString() } };
    },

    async read(id, props) {
        const { token, tokenSince, ...inputs } = props;
        const found = { ...inputs, state: await stateOf(props, token) };
        return { id, props: { ...found, token, tokenSince }, inputs: found };
    },

    async update(_id, olds, news) {
        const token = await serverToken(news, isOld(olds.tokenSince) ? undefined : olds.token);
        if (changed(olds, news, ["policy"]).length > 0) await writePolicy(news);
        if (token === olds.token) return { outs: { ...news, token, tokenSince: olds.tokenSince } };
        await revoke(news, olds.token);
        return { outs: { ...news, token, tokenSince: new Date().toISOString() } };
    },

    /** The server is removed with its container and its data. */
    async delete() {},
};
