import * as fs from "node:fs";
import * as path from "node:path";
import { projectSchema, stacks, validateStack, type StackConfig } from "../../../config";
import { externalKeys } from "../../../config/core";
import { configurationPage } from "../../../config/markdown";
import { projectDir } from "../../../paths";
import { externalCore, runProgram } from "../components/program";

const schema = projectSchema();

/** Keys that the checked configuration holds in another form, by its member. */
const members: Record<string, keyof StackConfig> = {
    rotationTtls: "rotation",
    ...Object.fromEntries(externalKeys.map((key) => [key, "external" as const])),
};
const memberOf = (key: string): string => (key.endsWith("Archive") ? "archives" : (members[key] ?? key));

/** Runs the program. @returns the members of the configuration that it looked at. */
async function membersRead(config: Record<string, string>): Promise<Set<string>> {
    const read = new Set<string>();
    jest.doMock("../../../config/program", () => {
        const { programConfig } =
            jest.requireActual<typeof import("../../../config/program")>("../../../config/program");
        return {
            programConfig: (uri: string) =>
                new Proxy(programConfig(uri), {
                    get(target, member) {
                        read.add(String(member));
                        return Reflect.get(target, member) as unknown;
                    },
                }),
        };
    });
    await runProgram(config);
    return read;
}

test("the program reads every config key", async () => {
    const inLab = await membersRead({});
    const onHosts = await membersRead({ lab: "false", ...externalCore });
    const read = new Set([...inLab, ...onHosts]);
    expect(Object.keys(schema).filter((key) => !read.has(memberOf(key)))).toEqual([]);
});

test("every config key is documented, with its type and default", () => {
    const page = fs.readFileSync(path.join(projectDir, "docs", "configuration.md"), "utf8");
    expect(page).toBe(configurationPage(schema));
    for (const key of Object.keys(schema)) expect(page).toContain(`\n## \`${key}\`\n`);
    expect(page).toContain("## `ringSeconds`\n\nWhole number, default `15`. Seconds");
});

test.each(stacks())("stack %s has no key that is not known, and no value that is not allowed", (stack) => {
    expect(validateStack(stack)).not.toHaveProperty("problems");
});
