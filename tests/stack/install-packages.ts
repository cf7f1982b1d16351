import * as fs from "node:fs";
import { installPackages, missingPackages } from "../../lab/packages";
import { run } from "../../process/run";

const packageLists = "/var/lib/apt/lists";

/** Installs what tests on the real stack need of this host: the lab's packages, the tests' own, and lists to download by. */
export default async function installHostPackages(): Promise<void> {
    const missing = [...missingPackages(), ...missingPackages("tests")];
    if (missing.length > 0) {
        process.stderr.write(`installing ${missing.join(" ")}\n`);
        await installPackages(missing);
    }
    const lists = fs.existsSync(packageLists) ? fs.readdirSync(packageLists) : [];
    if (!lists.some((name) => /_Packages(\.\w+)?$/.test(name))) await run(["apt-get", "-q", "update"]);
}
