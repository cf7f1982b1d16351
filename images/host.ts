import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stackPaths } from "../paths";
import { run } from "../process/run";

/** How packages are fetched: always the way this host fetches its own. */
export interface AptAccess {
    /** URI of a Debian archive. */
    mirror: string;
    /** apt.conf(5) lines: proxies, certificates, retries. */
    settings: string;
    /** Certificates that TLS mirrors are checked with; a file in PEM. */
    caFile?: string;
}

/**
 * The host's Debian mirror with the settings that lead to it.
 * @param mirror URI of a Debian archive to use in place of the host's
 * @param checkValidUntil false accepts Release files past their date (frozen mirrors); signatures are checked all the same
 * @throws Error when no mirror is given and the host's apt knows none
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

/** Of what `apt-config dump` prints, the lines that say how the mirror is reached; certificates have a place of their own. */
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
 * release, as updates and security have archives of their own. Undefined on a host that is not Debian.
 */
export function mirrorOf(targets: string, osRelease: string): string | undefined {
    const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1];
    if (value("ID") !== "debian") return undefined;
    const sources = targets.split("\n").map((line) => line.split(" "));
    const releases = [value("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"];
    return sources.find(([, release, component]) => component === "main" && releases.includes(release))?.[0];
}

/** The network namespace that a lab was started from, when this process is inside that lab: the way to the mirror. */
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
