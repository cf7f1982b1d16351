import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cacheDir } from "../../../paths";
import { withLock } from "../../../process/lock";
import { run } from "../../../process/run";

/** Runs a command in namespaces of its own, and ends it and all that it started when the test process is killed. */
export const isolated = (...namespaces: string[]): string[] => [
    ...["setpriv", "--pdeathsig", "KILL"],
    ...["unshare", ...namespaces, "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"],
];

/**
 * Unpacks Debian packages without installing them, so that no service starts and nothing of the host changes; kept in
 * the cache for the next run.
 * @returns where they are unpacked
 */
export function debianRoot(name: string, packages: string[]): Promise<string> {
    const root = path.join(cacheDir(), "tests", name);
    return withLock(`voip-stack tests ${name}`, async () => {
        if (!(await fs.stat(root).catch(() => undefined))) await unpack(packages, root);
        return root;
    });
}

async function unpack(packages: string[], root: string): Promise<void> {
    const half = `${root}.${process.pid}`;
    await fs.mkdir(half, { recursive: true });
    await run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", ...packages], { cwd: half });
    for (const file of await fs.readdir(half)) {
        if (!file.endsWith(".deb")) continue;
        await run(["dpkg-deb", "-x", path.join(half, file), half]);
        await fs.rm(path.join(half, file));
    }
    await fs.rename(half, root);
}

/** The environment in which the programs of these Debian packages are found, unpacked as by debianRoot. */
export async function debianPrograms(name: string, packages: string[]): Promise<Record<string, string>> {
    const root = await debianRoot(name, packages);
    const lib = path.join(root, "usr/lib");
    const libraries = (await fs.readdir(lib).catch(() => [])).map((entry) => path.join(lib, entry));
    return {
        PATH: `${root}/usr/sbin:${root}/usr/bin:${process.env.PATH}:/usr/sbin:/sbin`,
        LD_LIBRARY_PATH: libraries.join(":"),
    };
}
