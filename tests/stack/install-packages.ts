import { installPackages, missingPackages } from "../../lab/packages";

/** Installs what tests on the real stack need of this host: the lab's packages, and the tests' own. */
export default async function installHostPackages(): Promise<void> {
    const missing = [...missingPackages(), ...missingPackages("tests")];
    if (missing.length === 0) return;
    process.stderr.write(`installing ${missing.join(" ")}\n`);
    await installPackages(missing);
}
