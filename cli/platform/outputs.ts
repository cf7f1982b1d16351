import { stackOutputs } from "../commands/outputs";
import { checkOwner } from "../engine/owner";

/** What the program exports, as far as commands use it. */
export interface PlatformOutputs {
    phase: string;
    sipDomain: string;
    vms: Record<string, { role: string; host: string; addresses: { eth0: string; eth1?: string }; services: string[] }>;
    proxy: { external: string; internal: string; ports: Partial<Record<"udp" | "tcp" | "tls", number>> };
    media: { external: string; internal: string; ngPort: number; cliPort: number };
    extensions: Record<string, { password: string; voicemailPin: string }>;
    versions: Record<string, string>;
    lab: { enabled: boolean; phoneAddresses: string[] };
    sshConfig: string;
    services: Service[];
    core: { kind: "embedded" | "external"; vaultAddress: string; postgresHost: string; postgresPort: number };
    /** CA certificates (PEM) for phones. */
    ca: string;
    /** How `./voip rotate` reaches Vault. */
    vault: { token: string; caFile: string };
    /** How `./voip extension` reaches PostgreSQL. */
    postgres: { user: string; password: string; caFile: string };
    rotation: { databaseSeconds: number; certificateSeconds: number };
}

export interface Service {
    name: string;
    vm: string;
    kind: "container" | "unit";
    /** systemd unit, for kind unit. */
    unit?: string;
    port: number;
}

/** @throws Failure when the stack is not up, or belongs to another directory than this one. */
export async function platformOutputs(stack: string, showSecrets = false): Promise<PlatformOutputs> {
    const outputs = (await stackOutputs(stack, showSecrets)) as unknown as PlatformOutputs;
    await checkOwner(stack, outputs.lab.enabled);
    return outputs;
}
