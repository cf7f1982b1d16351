import * as fs from "node:fs";
import * as path from "node:path";
import { clearAway } from "./clear-away";
import { testRoot } from "./environment";
import installHostPackages from "./install-packages";

/** What functional tests start from: the host's packages are there, and nothing is left of a run that was killed. */
export default async function globalSetup(): Promise<void> {
    await installHostPackages();
    await clearAway();
    fs.mkdirSync(path.join(testRoot, "backend"), { recursive: true, mode: 0o700 });
}
