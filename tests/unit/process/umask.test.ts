import { nodeArgv } from "../../../process/node";
import { storedProvider } from "../../../providers/dynamic";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";

/** What a process of ours makes of umask 077. */
const umaskOf = async (argv: string[]): Promise<string> =>
    (await run(["sh", "-c", 'umask 077 && exec "$@"', "sh", ...argv], { cwd: projectDir })).stdout.trim();
const print = "console.log(process.umask().toString(8))";

test("programs of this project make files that everybody may read, regardless of the user's umask", async () => {
    const [node, ...args] = nodeArgv("");
    expect(await umaskOf([node, ...args.slice(0, 2), "-e", print])).toBe("22");
});

test("so does a dynamic provider in the process that the official engine starts", async () => {
    const use = `module.exports = exports = {}; ${storedProvider("providers/phones/provider.ts")}
        exports.handler().check({}, {}).catch(() => undefined).then(() => ${print})`;
    expect(await umaskOf([process.execPath, "-e", use])).toBe("22");
});
