import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stackPaths } from "../paths";
import { run } from "../process/run";

/** How to fetch packages: always the way this host fetches its own. */
export interface AptAccess {
    /** URI of a Debian archive. */
    mirror: string;
    /** apt.conf(5) lines: proxies, certificates, retries. */
    settings: string;
    /** Certificates to check TLS mirrors with; a file in PEM. */
    caFile?: string;
}

/**
 * The host's Debian mirror with the settings to reach it.
 * @param mirror URI of a Debian archive to use instead of the host's
 * @param checkValidUntil false accepts expired Release files (frozen mirrors); signatures are still checked
 * @throws Error if no mirror is given and the host's apt has none
 */
export async function aptAccess(mirror: string | undefined, checkValidUntil: boolean): Promise<AptAccess> {
    const dump = (await run(["apt-config", "dump"])).stdout;
    const settings = acquireSettings(dump);
    if (!checkValidUntil) settings.push('Acquire::Check-Valid-Until "false";');
    const configured = /^Acquire::https::CAInfo "(.+)";$/m.exec(dump)?.[1];
    const caFile = configured ?? "/etc/ssl/certs/ca-certificates.crt";
    return {
        mirror: mirror ?? (await hostMirror()),
        settings: settings.map((line) => `${line}\n`).join(""),
        caFile: await fs.access(caFile).then(
            () => caFile,
            () => undefined,
        ),
    };
}

/** Those lines of `apt-config dump` that describe how to reach the mirror; certificates are handled separately. */
export function acquireSettings(dump: string): string[] {
    const wanted = /^Acquire::(https?|socks5h?|Retries|ForceIPv[46]|Queue-Mode)\b.* ".+";$/;
    return dump.split("\n").filter((line) => wanted.test(line) && !/::(CAInfo|Proxy-Auto-Detect) /.test(line));
}

async function hostMirror(): Promise<string> {
    const format = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)";
    const targets = await run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
    const found = mirrorOf(targets.stdout, await fs.readFile("/etc/os-release", "utf8"));
    if (!found) {
        throw new Error(
            "this host's apt has no Debian archive to build images from: set `mirror` in the stack's configuration to the URI of one",
        );
    }
    return found;
}

/**
 * The Debian archive among the lines "URI release component origin" of the host's package sources: that of the host's own
 * release, as updates and security have separate archives. Undefined if the host is not Debian.
 */
export function mirrorOf(targets: string, osRelease: string): string | undefined {
    const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1];
    if (value("ID") !== "debian") return undefined;
    const sources = targets.split("\n").map((line) => line.split(" "));
    const releases = [value("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"];
    return sources.find(([, release, component]) => component === "main" && releases.includes(release))?.[0];
}

/** The network namespace that a lab was started from, if this process is inside that lab: it reaches the mirror. */
export async function outerNetworkNamespace(
    labsDir = path.dirname(stackPaths("x").runDir),
): Promise<string | undefined> {
    const own = await fs.stat("/proc/self/ns/net");
    const stacks = await fs.readdir(labsDir).catch(() => []);
    for (const stack of stacks) {
        const lab = await fs.stat(path.join("/run/netns", stackPaths(stack).netns)).catch(() => undefined);
        if (lab?.ino === own.ino) return stackPaths(stack).outerNetns;
    }
    return undefined;
}
