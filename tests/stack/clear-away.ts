import * as fs from "node:fs";
import * as os from "node:os";
import { removeLab } from "../../lab/lab";
import { restoreConfig } from "./config";
import { environment, stack, testRoot } from "./environment";

/** Removes the lab of the tests, in whatever condition it is, and all files of a test run but the image cache. */
export async function clearAway(): Promise<void> {
    restoreConfig();
    if (process.env.VOIP_TEST_KEEP) {
        process.stderr.write(`VOIP_TEST_KEEP is set: the stack ${stack} and ${testRoot} are left as they are${os.EOL}`);
        return;
    }
    const before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = environment.XDG_STATE_HOME; // where the lab of the tests has its files
    try {
        await removeLab(stack);
    } finally {
        if (before === undefined) delete process.env.XDG_STATE_HOME;
        else process.env.XDG_STATE_HOME = before;
    }
    fs.rmSync(testRoot, { recursive: true, force: true });
}
