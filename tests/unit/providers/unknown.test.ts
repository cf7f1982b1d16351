import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import type { DynamicProvider } from "../../../providers/contract";

/** What stands for a value that only the update will tell. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const modules = fs
    .readdirSync(path.join(projectDir, "providers"), { recursive: true, encoding: "utf8" })
    .filter((file) => /provider\.ts$/.test(file) && file.includes(path.sep))
    .sort();

/** A resource that has every property, each with this value. */
const everything = (value: unknown): never => new Proxy({}, { get: () => value, has: () => true }) as never;

/** What stands where another image is about to be built, whose files have other names. */
const image = ["disk", "kernel", "initrd"];

test.each(modules)("%s: a value that is not known yet replaces nothing", async (module) => {
    const { provider } = (await import(path.join(projectDir, "providers", module))) as {
        provider: DynamicProvider<never, never>;
    };
    const { replaces = [] } = await provider.diff("id", everything(2), everything(unknown));
    expect(replaces).toEqual(module.startsWith("vm/") ? image : []);
});
