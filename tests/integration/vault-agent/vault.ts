import { createServer, connect, type Server, type Socket } from "node:net";
import type { PostgresLogin } from "../../../clients/postgres/connection";
import { vaultText, type VaultClient } from "../../../clients/vault/client";
import type { Role } from "../../../topology";
import type { CertificateNames } from "../../../vault/certificates";
import { identityPlans, policyDocument } from "../../../vault/policies";

const address = "127.0.0.1";

const mount = (vault: VaultClient, path: string, type: string) =>
    vault.request("POST", `sys/mounts/${path}`, { type, config: { max_lease_ttl: "87600h" } });

/** A root, an intermediate, and the roles with the names that they allow. @returns the CA certificates (PEM) */
export async function preparePki(vault: VaultClient, roles: CertificateNames[]): Promise<string> {
    const post = (path: string, body: Record<string, unknown>) => vault.request("POST", path, body);
    for (const path of ["pki", "pki_int"]) await mount(vault, path, "pki");
    const root = await post("pki/root/generate/internal", { common_name: "root", ttl: "87600h" });
    const request = await post("pki_int/intermediate/generate/internal", { common_name: "intermediate" });
    const signed = await post("pki/root/sign-intermediate", { csr: vaultText(request, "csr"), ttl: "43800h" });
    const certificate = vaultText(signed, "certificate");
    await post("pki_int/intermediate/set-signed", { certificate });
    for (const { role, names } of roles) {
        await post(`pki_int/roles/${role}`, {
            allowed_domains: names,
            allow_bare_domains: true,
            allow_ip_sans: true,
            not_before_duration: "0s",
            key_type: "ec",
            key_bits: 256,
        });
    }
    return [vaultText(root, "certificate"), certificate].join("\n");
}

/** The policies of the tiers, all of whose hosts are here. @param certificateSeconds what certificates live */
export async function writePolicies(vault: VaultClient, certificateSeconds: number): Promise<void> {
    const vm = (role: Role) => ({ role, address, certified: [address] });
    const vms = [vm("sip"), vm("pbx"), vm("media")];
    const plans = identityPlans({ sipDomain: "sip.local", vms, coreAddress: address, certificateSeconds });
    for (const tier of ["sip", "pbx"] as const) {
        await vault.request("PUT", `sys/policies/acl/${tier}-vm-policy`, { policy: policyDocument(tier, plans[tier]) });
    }
}

/**
 * What VaultBootstrap makes, as far as one agent needs it, with lives of seconds.
 * @param certificateSeconds what certificates live
 * @returns the role-id
 */
export async function prepareVault(
    vault: VaultClient,
    postgres: PostgresLogin,
    certificateSeconds: number,
): Promise<string> {
    const post = (path: string, body: Record<string, unknown>) => vault.request("POST", path, body);
    const certificates = await preparePki(vault, [{ role: "kamailio-role", names: ["sip.local"] }]);
    await mount(vault, "database", "database");
    await post("sys/mounts/secret", { type: "kv", options: { version: "2" } });
    await post("secret/data/ca", { data: { certificates } });
    await post("secret/data/kamailio", { data: { api_key: "first" } });

    const { host, port, user, password, caFile } = postgres;
    const tls = `sslmode=verify-full&sslrootcert=${caFile}`;
    await post("database/config/postgres", {
        plugin_name: "postgresql-database-plugin",
        allowed_roles: "*",
        connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/postgres?${tls}`,
        username: user,
        password,
    });
    await post("database/static-roles/kamailio", { db_name: "postgres", username: "kamailio", rotation_period: "1h" });
    await post("database/roles/asterisk", {
        db_name: "postgres",
        creation_statements: [`CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`],
        default_ttl: "1h",
        max_ttl: "1h",
    });

    await post("sys/auth/approle", { type: "approle" });
    await writePolicies(vault, certificateSeconds);
    const role = "auth/approle/role/sip-vm-role";
    await post(role, {
        token_policies: ["sip-vm-policy", "pbx-vm-policy"], // one agent has both kinds of credentials here
        token_no_default_policy: true,
        token_ttl: "24h",
        token_max_ttl: "48h",
        secret_id_num_uses: 1,
        secret_id_ttl: "72h",
    });
    return vaultText(await vault.request("GET", `${role}/role-id`), "role_id") ?? "";
}

/** A way to a server that can be closed, as if the server were away, and opened again. */
export class Gate {
    private readonly sockets = new Set<Socket>();
    private open = true;

    private constructor(
        private readonly server: Server,
        readonly port: number,
    ) {}

    static async to(port: number): Promise<Gate> {
        const server = createServer((from) => gate.join(from, port));
        await new Promise<void>((resolve) => server.listen(0, address, resolve));
        const gate = new Gate(server, (server.address() as { port: number }).port);
        return gate;
    }

    private join(from: Socket, port: number): void {
        if (!this.open) return void from.destroy();
        const to = connect(port, address);
        for (const socket of [from, to]) {
            this.sockets.add(socket);
            socket.on("error", () => undefined);
            socket.on("close", () => {
                this.sockets.delete(socket);
                from.destroy();
                to.destroy();
            });
        }
        from.pipe(to).pipe(from);
    }

    shut(): void {
        this.open = false;
        for (const socket of this.sockets) socket.destroy();
    }

    reopen(): void {
        this.open = true;
    }

    close(): void {
        this.shut();
        this.server.close();
    }
}
