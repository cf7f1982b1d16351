import * as os from "node:os";
import * as path from "node:path";
import { cacheDir, configDir, stateDir } from "../../../paths";

const kinds: [string, string, () => string][] = [
    ["XDG_CACHE_HOME", ".cache", cacheDir],
    ["XDG_CONFIG_HOME", ".config", configDir],
    ["XDG_STATE_HOME", path.join(".local", "state"), stateDir],
];
const before = { ...process.env };
afterEach(() => {
    process.env = { ...before };
});

test.each(kinds)("%s is where the environment puts it, or else below the home directory", (variable, usual, dir) => {
    process.env[variable] = "/elsewhere";
    expect(dir()).toBe("/elsewhere/voip-stack");
    delete process.env[variable];
    expect(dir()).toBe(path.join(os.homedir(), usual, "voip-stack"));
});
