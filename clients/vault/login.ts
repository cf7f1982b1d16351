import { VaultClient, VaultError, type VaultClientOptions } from "./client";

export interface AppRoleLogin {
    /** URL of the server. */
    address: string;
    /** CA certificates (PEM) to check the server's certificate against. */
    ca: string;
    /** Path of the auth method, such as approle. */
    mount: string;
    roleId: string;
    secretId: string;
}

/** Logs in by AppRole. @returns the token @throws VaultError if the server refuses, Error if it can't be reached */
export async function login({ address, ca, mount, roleId, secretId }: AppRoleLogin): Promise<string> {
    const client = new VaultClient({ address, ca });
    const answer = await client.request("POST", `auth/${mount}/login`, { role_id: roleId, secret_id: secretId });
    const token = answer?.auth?.client_token;
    if (!token) throw new Error(`Vault at ${address} answered the login at ${mount} without a token`);
    return token;
}

export type TokenState = "good" | "refused" | "server not reached";

/** Asks what a token is valid for, without changing anything. */
export async function tokenState(options: VaultClientOptions & { token: string }): Promise<TokenState> {
    try {
        await new VaultClient(options).request("GET", "auth/token/lookup-self");
        return "good";
    } catch (error) {
        return error instanceof VaultError && error.status === 403 ? "refused" : "server not reached";
    }
}
