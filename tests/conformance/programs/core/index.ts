import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { PostgresLogin } from "../../../../clients/postgres/connection";
import { Databases } from "../../../../components/databases";
import { Extensions } from "../../../../components/extensions";
import { GeneratedSecrets } from "../../../../components/generated-secrets";
import { VaultBootstrap } from "../../../../components/vault-bootstrap";
import type { Role } from "../../../../topology";
import { identityPlans } from "../../../../vault/policies";

interface Servers {
    postgres: PostgresLogin;
    vault: { address: string; caFile: string; token: string };
}

const config = new pulumi.Config();
const servers = config.requireObject<Servers>("servers");
const names = config.requireObject<string[]>("extensions");
const { output } = pulumi;

const { host, port, user, password, caFile } = servers.postgres;
const postgres = {
    host: output(host),
    port: output(port),
    user: output(user),
    password: pulumi.secret(password),
    caFile: output(caFile),
    ca: output(fs.readFileSync(caFile, "utf8")),
    caFileOnVault: output(caFile),
};
const { address, token, caFile: vaultCaFile } = servers.vault;
const vault = {
    address: output(address),
    caFile: output(vaultCaFile),
    ca: output(fs.readFileSync(vaultCaFile, "utf8")),
    token: pulumi.secret(token),
};

const databases = new Databases("databases", { postgres, exclusive: config.getBoolean("exclusive") ?? true });
const sipDomain = "sip.local";
const extensions = new Extensions("extensions", {
    extensions: names,
    passwords: {},
    withPassword: [],
    sipDomain,
    postgres,
    databases,
});
const certificateSeconds = 7200;
const vm = (name: string, role: Role, ...certified: string[]) => ({ name, role, address: "127.0.0.1", certified });
const vms = [
    vm("sip-1", "sip", "192.0.2.10", "127.0.0.10"),
    vm("pbx-1", "pbx", "127.0.0.30"),
    vm("media-1", "media", "192.0.2.20", "127.0.0.20"),
];
const bootstrap = new VaultBootstrap("vault", {
    vault,
    postgres,
    databases,
    rotation: { databaseSeconds: config.requireNumber("databaseSeconds"), certificateSeconds },
    sipDomain,
    vms,
    identities: identityPlans({ sipDomain, vms, coreAddress: "127.0.0.1", certificateSeconds }),
    generated: new GeneratedSecrets("secrets").values,
    extensions: names,
    passwords: extensions.passwords,
    caGeneration: config.requireNumber("caGeneration"),
});

export const ca = bootstrap.ca;
export const roleIds = bootstrap.roleIds;
export const cdrStorage = databases.cdrStorage;
export const passwords = extensions.passwords;
