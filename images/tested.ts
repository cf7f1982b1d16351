import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { readKernel } from "./manifest";

/**
 * Refuses a kernel that did not load one of these modules in a test boot of its image.
 * @param vm name of the VM that would boot it
 * @param kernel path of the kernel, in its image's directory
 * @throws Error in one sentence: what is missing or differs, and what to do
 */
export async function refuseUntestedKernel(vm: string, kernel: string, modules: readonly string[]): Promise<void> {
    const dir = path.dirname(kernel);
    const refuse = (why: string) => {
        throw new Error(
            `${vm} does not boot ${kernel}: ${why}; remove ${dir} and run up again, which builds and tests it anew`,
        );
    };
    const tested = await readKernel(dir);
    if (!tested) return refuse("its image records no kernel");
    const { release, sha256, modules: loaded } = tested;
    if (!modules.some((name) => name in loaded))
        return refuse(`kernel ${release} loaded none of ${modules.join(", ")} in a test boot of its image`);
    const found = await sha256Of(kernel);
    if (found !== sha256) return refuse(`its image was tested with another file (SHA-256 ${sha256}, not ${found})`);
}

async function sha256Of(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(fs.createReadStream(file), hash);
    return hash.digest("hex");
}
