import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../process/run";

export interface SshHost {
    name: string;
    address: string;
}

export interface SshAccessDefinition {
    dir: string;
    runDir: string;
    user: string;
    hosts: SshHost[];
}

export interface SshFiles {
    configFile: string;
    publicKey: string;
    hostKeyFiles: Record<string, string>;
}

const operatorKey = (dir: string) => path.join(dir, "id_ed25519");
const knownHostsFile = (dir: string) => path.join(dir, "known_hosts");

/** ssh_config(5) with one Host entry per VM. */
export function sshConfig({ dir, runDir, user, hosts }: SshAccessDefinition): string {
    const entries = hosts.map(
        ({ name, address }) => `Host ${name}\n    HostName ${address}\n    HostKeyAlias ${name}\n`,
    );
    const common = [
        "Host *",
        `    User ${user}`,
        `    IdentityFile ${quote(operatorKey(dir))}`,
        "    IdentitiesOnly yes",
        `    UserKnownHostsFile ${quote(knownHostsFile(dir))}`,
        "    GlobalKnownHostsFile /dev/null",
        "    StrictHostKeyChecking yes",
        "    PasswordAuthentication no",
        // also the time until sshd sends its first line, which can be long on a busy, emulated VM. One that is off is
        // recognised at once.
        "    ConnectTimeout 60",
        "    ControlMaster auto",
        `    ControlPath ${quote(path.join(runDir, "ssh-%C"))}`,
        "    ControlPersist 10m",
        "    ServerAliveInterval 10",
        "",
    ];
    return [...entries, common.join("\n")].join("\n");
}

const quote = (file: string) => `"${file}"`;

/** Makes all files, but keeps existing keys. A host's key is kept as long as the host is listed. */
export async function writeAccess(definition: SshAccessDefinition): Promise<SshFiles> {
    const { dir, hosts } = definition;
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    fs.mkdirSync(definition.runDir, { recursive: true, mode: 0o700 });
    const publicKey = await ensureKey(operatorKey(dir), "operator@voip-stack");

    const present = hostKeyFiles(definition);
    const keys: Record<string, string> = {};
    for (const { name } of hosts) keys[name] = present[name] ?? (await makeHostKey(dir, name));
    fs.readdirSync(dir)
        .filter(
            (file) =>
                file.startsWith("host-") && !Object.values(keys).includes(path.join(dir, file.replace(/\.pub$/, ""))),
        )
        .forEach((file) => fs.rmSync(path.join(dir, file)));

    const known = hosts.map(({ name }) => `${name} ${fs.readFileSync(`${keys[name]}.pub`, "utf8").trim()}\n`);
    fs.writeFileSync(knownHostsFile(dir), known.join(""), { mode: 0o600 });
    fs.writeFileSync(path.join(dir, "config"), sshConfig(definition), { mode: 0o600 });
    return { configFile: path.join(dir, "config"), publicKey, hostKeyFiles: keys };
}

/** The existing files, as returned by `writeAccess`; undefined if a file is missing or its content differs. */
export function readAccess(definition: SshAccessDefinition): SshFiles | undefined {
    const { dir, hosts } = definition;
    const configFile = path.join(dir, "config");
    const keys = hostKeyFiles(definition);
    try {
        const known = hosts
            .map(({ name }) => `${name} ${fs.readFileSync(`${keys[name]}.pub`, "utf8").trim()}\n`)
            .join("");
        const intact =
            fs.readFileSync(configFile, "utf8") === sshConfig(definition) &&
            fs.readFileSync(knownHostsFile(dir), "utf8") === known &&
            fs.existsSync(operatorKey(dir));
        const publicKey = fs.readFileSync(`${operatorKey(dir)}.pub`, "utf8").trim();
        return intact ? { configFile, publicKey, hostKeyFiles: keys } : undefined;
    } catch {
        return undefined;
    }
}

export function removeAccess({ dir }: SshAccessDefinition): void {
    fs.rmSync(dir, { recursive: true, force: true });
}

/** Makes the key pair unless it exists. @returns the public key. */
async function ensureKey(file: string, comment: string): Promise<string> {
    if (!fs.existsSync(file) || !fs.existsSync(`${file}.pub`)) {
        fs.rmSync(file, { force: true });
        await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
    }
    return fs.readFileSync(`${file}.pub`, "utf8").trim();
}

/** The file's name contains a digest of the key: resources that depend on the key use the path, which changes with it. */
async function makeHostKey(dir: string, host: string): Promise<string> {
    const made = path.join(dir, `new-host-key-${host}`);
    fs.rmSync(made, { force: true });
    const key = await ensureKey(made, host);
    const file = path.join(dir, `host-${host}-${createHash("sha256").update(key).digest("hex").slice(0, 8)}`);
    fs.renameSync(`${made}.pub`, `${file}.pub`);
    fs.renameSync(made, file);
    return file;
}

/** The existing host keys that have both halves. */
function hostKeyFiles({ dir, hosts }: SshAccessDefinition): Record<string, string> {
    const files = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
    const found = hosts.flatMap(({ name }) => {
        const file = files.find((entry) => entry.replace(/[0-9a-f]{8}$/, "") === `host-${name}-`);
        return file && files.includes(`${file}.pub`) ? [[name, path.join(dir, file)] as const] : [];
    });
    return Object.fromEntries(found);
}
