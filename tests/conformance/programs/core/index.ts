import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { PostgresLogin } from "../../../../clients/postgres/connection";
import { Databases } from "../../../../components/databases";
import { Extensions } from "../../../../components/extensions";
import { GeneratedSecrets } from "../../../../components/generated-secrets";
import { VaultBootstrap } from "../../../../components/vault-bootstrap";

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
const bootstrap = new VaultBootstrap("vault", {
    vault,
    postgres,
    databases,
    rotation: { databaseSeconds: config.requireNumber("databaseSeconds"), certificateSeconds: 7200 },
    sipDomain,
    vms: [
        { name: "sip-1", role: "sip", address: "127.0.0.1" },
        { name: "pbx-1", role: "pbx", address: "127.0.0.1" },
        { name: "media-1", role: "media", address: "127.0.0.1" },
    ],
    coreAddress: "127.0.0.1",
    generated: new GeneratedSecrets("secrets").values,
    extensions: names,
    passwords: extensions.passwords,
    caGeneration: config.requireNumber("caGeneration"),
});

export const ca = bootstrap.ca;
export const roleIds = bootstrap.roleIds;
export const cdrStorage = databases.cdrStorage;
export const passwords = extensions.passwords;
