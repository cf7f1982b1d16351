import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../process/run";
import { aptAccess, outerNetworkNamespace } from "./host";

/** The archive that an image's packages come from. */
export interface Archive {
    suite: string;
    mirror?: string;
    checkValidUntil: boolean;
}

/** What this host's apt trusts, and Debian's own keys, which a host of another distribution has beside them. */
const hostKeys: [string, RegExp][] = [
    ["/etc/apt/trusted.gpg.d", /\.(gpg|asc)$/],
    ["/usr/share/keyrings", /^debian-archive-keyring\.(gpg|pgp)$/],
];

/**
 * The newest versions that an archive offers now, by package; without those that it does not have. The host's apt reads the
 * archive's signed index in a directory of its own, and nothing of the host's own lists changes.
 * @throws CommandError with apt's message, if the archive can't be reached or its signature is not good
 */
export async function availableVersions(archive: Archive, names: string[]): Promise<Map<string, string>> {
    const apt = await aptAccess(archive.mirror, archive.checkValidUntil);
    const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "voip-index-"));
    const at = (name: string): string => path.join(scratch, name);
    try {
        for (const dir of ["lists/partial", "cache/archives/partial", "keys", "none"])
            await fs.mkdir(at(dir), { recursive: true });
        await Promise.all(hostKeys.map(([dir, wanted]) => linkKeys(dir, wanted, at("keys"))));
        await fs.writeFile(at("status"), ""); // nothing is installed
        await fs.writeFile(at("sources.list"), `deb ${apt.mirror} ${archive.suite} main\n`);
        const own = apt.caFile === undefined ? [] : [`Acquire::https::CAInfo "${apt.caFile}";\n`];
        await fs.writeFile(at("apt.conf"), [apt.settings, ...own, ...settingsIn(scratch)].join(""));
        const env = { APT_CONFIG: at("apt.conf"), LC_ALL: "C.UTF-8" };
        const outer = await outerNetworkNamespace();
        const enter = outer ? ["nsenter", `--net=${outer}`] : [];
        await run([...enter, "apt-get", "update", "--quiet", "--error-on=any"], { env });
        return parseMadison((await run(["apt-cache", "madison", ...names], { env })).stdout);
    } finally {
        await fs.rm(scratch, { recursive: true, force: true });
    }
}

const settingsIn = (scratch: string): string[] =>
    [
        ["Dir::State::lists", "lists"],
        ["Dir::Cache", "cache"],
        ["Dir::State::status", "status"],
        ["Dir::Etc::sourcelist", "sources.list"],
        ["Dir::Etc::sourceparts", "none"],
        ["Dir::Etc::trustedparts", "keys"],
    ]
        .map(([name, file]) => `${name} "${path.join(scratch, file)}";\n`)
        .concat('Acquire::Languages "none";\n', 'APT::Sandbox::User "root";\n');

/** apt takes keys only from files of these names. */
async function linkKeys(from: string, wanted: RegExp, to: string): Promise<void> {
    const names = (await fs.readdir(from).catch(() => [])).filter((name) => wanted.test(name));
    const keys = new Map(names.map((name) => [name.replace(/\.pgp$/, ".gpg"), name]));
    for (const [key, name] of keys)
        await fs.symlink(path.join(from, name), path.join(to, `${path.basename(from)}-${key}`));
}

/** Lines "name | version | where" of `apt-cache madison`, a package's newest version first. */
export function parseMadison(text: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [, name, version] of text.matchAll(/^ *(\S+) \| *(\S+) \| .* Packages$/gm))
        if (!found.has(name)) found.set(name, version);
    return found;
}
