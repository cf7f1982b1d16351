import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run, type RunOptions, type RunResult } from "../process/run";

/** Runs one virsh command against the libvirt at `uri`. */
export function virsh(uri: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
    return run(["virsh", "--quiet", "--connect", uri, ...args], { timeoutMs: 120_000, ...options });
}

/** Runs a virsh command such as `define`, with this XML in a file as its last argument. */
export async function virshXml(uri: string, args: string[], xml: string): Promise<void> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "virsh-"));
    try {
        const file = path.join(dir, "definition.xml");
        fs.writeFileSync(file, xml);
        await virsh(uri, [...args, file]);
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

/** Names from a virsh list command, one per line. If libvirt does not answer, that is an error, never an empty list. */
export async function virshNames(uri: string, args: string[]): Promise<string[]> {
    const { stdout } = await virsh(uri, [...args, "--name"]);
    return stdout.split("\n").filter(Boolean);
}

/** Whether libvirt runs on this machine: a URI without a host (https://libvirt.org/uri.html). */
export const isLocal = (uri: string): boolean => /^\w+(\+unix)?:\/\/\//.test(uri);

export const libvirtUri = /^\w+(\+\w+)?:\/\/[^/]*\/\w+(\?.*)?$/;

export function escapeXml(value: string): string {
    const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
    return value.replace(/[&<>"']/g, (character) => entities[character]);
}

export function unescapeXml(value: string): string {
    const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
    return value.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => characters[entity]);
}
