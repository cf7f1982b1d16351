import { spawn } from "node:child_process";
import * as path from "node:path";
import { projectDir } from "../../paths";
import installHostPackages from "./install-packages";

/** As far as it is read here (jest's GlobalConfig). */
interface Run {
    testPathPatterns?: { isSet(): boolean };
    testNamePattern?: string;
}

/** The host's packages are there; in a whole run images are built in the background, which the kinds before need none of. */
export default async function integrationSetup({ testPathPatterns, testNamePattern }: Run): Promise<void> {
    await installHostPackages();
    if (testPathPatterns?.isSet() || testNamePattern) return;
    const loader = path.join(projectDir, "process", "typescript.js");
    const script = path.join(projectDir, "tests", "stack", "images-main.ts");
    const node = [process.execPath, "--require", loader, script];
    // what fails here fails again where the image is needed, and is reported there
    spawn("setpriv", ["--pdeathsig", "KILL", "nice", "-n", "10", ...node], { stdio: "ignore" }).unref();
}
