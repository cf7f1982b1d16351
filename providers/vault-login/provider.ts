import { VaultClient } from "../../clients/vault/client";
import { login, tokenState, type AppRoleLogin } from "../../clients/vault/login";
import { changed, matching, text, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";

type Inputs = AppRoleLogin;
type Outputs = Inputs & { token: string };

const rules = {
    address: matching(/^https:\/\//, "a URL that starts with https://"),
    ca: matching(/-----BEGIN CERTIFICATE-----/, "certificates in PEM"),
    mount: text,
    roleId: text,
    secretId: text,
};

const withToken = async (inputs: Inputs): Promise<Outputs> => ({ ...inputs, token: await login(inputs) });

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },

    /** The server decides a token's lifetime: an expired one is replaced before it is used. */
    async diff(_id, olds, news) {
        const differs = changed(olds, news, ["address", "ca", "mount", "roleId", "secretId"]).length > 0;
        return { changes: differs || (await tokenState({ ...olds, timeoutMs: 3000 })) === "refused" };
    },

    async create(inputs) {
        return { id: inputs.address, outs: await withToken(inputs) };
    },

    async read(id, props) {
        return (await tokenState(props)) === "refused" ? gone : { id, props };
    },

    async update(_id, _olds, news) {
        return { outs: await withToken(news) };
    },

    /** Succeeds with an expired token, and with a server that no longer exists. */
    async delete(_id, { address, ca, token }) {
        await new VaultClient({ address, ca, token }).request("POST", "auth/token/revoke-self").catch(() => undefined);
    },
};
