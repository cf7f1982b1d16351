import * as path from "node:path";
import { stateDir } from "../../paths";

/** The stack that functional tests bring up: with another one, which has a Pulumi.<stack>.yaml, two runs can go side by side. */
export const stack = process.env.VOIP_TEST_STACK ?? "testing";

/**
 * Everything of a test run outside the lab: state, passphrase, disks. Always the same place for a stack, so that what a killed
 * run left is found.
 */
export const testRoot = path.join(stateDir(), stack === "testing" ? "test" : `test-${stack}`);

/** State, passphrase and lab files of a test run are its own; the image cache is shared with every other stack. */
export const environment = {
    PULUMI_BACKEND_URL: `file://${path.join(testRoot, "backend")}`,
    XDG_STATE_HOME: path.join(testRoot, "state"),
    XDG_CONFIG_HOME: path.join(testRoot, "config"),
};
