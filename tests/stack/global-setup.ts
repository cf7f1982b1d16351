import * as fs from "node:fs";
import * as path from "node:path";
import { installPackages, missingPackages } from "../../lab/packages";
import { clearAway } from "./clear-away";
import { testRoot } from "./environment";

/** What tests on the real stack need: the host's packages, and nothing left of a run that was killed. */
export default async function globalSetup(): Promise<void> {
    const missing = [...missingPackages(), ...missingPackages("tests")];
    if (missing.length) {
        process.stderr.write(`installing ${missing.join(" ")}\n`);
        await installPackages(missing);
    }
    await clearAway();
    fs.mkdirSync(path.join(testRoot, "backend"), { recursive: true, mode: 0o700 });
}
