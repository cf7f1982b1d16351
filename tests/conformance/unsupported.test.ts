import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { nodeArgv } from "../../process/node";
import { embedded } from "./engines";
import { Workspace } from "./workspace";

interface Refusal {
    /** The line of docs/engines.md. */
    what: string;
    /** What programs/unsupported does. */
    use: string;
    says: RegExp;
}

const by = (what: string): RegExp => new RegExp(`uses .*${what}.*, which the embedded engine does not support`);

const inPrograms: Refusal[] = [
    { what: "option `import`", use: "import", says: by("import") },
    { what: "option `transforms`", use: "transforms", says: by("transforms") },
    { what: "option `hooks`", use: "hooks", says: /does not support resource hooks/ },
    { what: "option `replaceWith`", use: "replaceWith", says: by("replaceWith") },
    { what: "option `replacementTrigger`", use: "replacementTrigger", says: by("replacementTrigger") },
    { what: "option `hideDiffs`", use: "hideDiffs", says: by("hideDiffs") },
    { what: "option `envVarMappings`", use: "envVarMappings", says: by("envVarMappings") },
    { what: "option `stateMigrations`", use: "stateMigrations", says: by("state migrations") },
    { what: "option `ignoreChanges` inside of a property", use: "nestedIgnoreChanges", says: by("value.deep") },
    { what: "option `replaceOnChanges` inside of a property", use: "nestedReplaceOnChanges", says: by("value.deep") },
    { what: "option `urn` (`getResource`)", use: "getResource", says: /does not support 'pulumi:pulumi:getResource'/ },
    { what: "`registerResourceTransform`", use: "stackTransform", says: /does not support resource transforms/ },
    { what: "`registerInvokeTransform`", use: "invokeTransform", says: /does not support invoke transforms/ },
    { what: "`requirePulumiVersion`", use: "requirePulumiVersion", says: /asking for a version of the Pulumi CLI/ },
    { what: "remote components", use: "remote", says: by("remote components") },
    { what: "methods of remote components", use: "method", says: /does not support methods of remote components/ },
    { what: "`StackReference`", use: "stackReference", says: /does not support 'pulumi:pulumi:StackReference'/ },
    { what: "assets", use: "asset", says: /assets and archives are not supported by the embedded engine/ },
    { what: "archives", use: "archive", says: /assets and archives are not supported by the embedded engine/ },
    { what: "packages without a plugin", use: "package", says: /package 'aws' has no embedded plugin/ },
    {
        what: "resource types that a plugin does not have",
        use: "type",
        says: /RandomPet.*is not in the embedded random/,
    },
    { what: "functions that a plugin does not have", use: "function", says: /getLogs.*is not in the embedded docker/ },
];

const inProject: { what: string; file: "Pulumi.yaml" | "Pulumi.test.yaml"; text: string }[] = [
    { what: "`stackConfigDir`", file: "Pulumi.yaml", text: "stackConfigDir: stacks" },
    { what: "`packages`", file: "Pulumi.yaml", text: "packages: { a: b }" },
    { what: "`plugins`", file: "Pulumi.yaml", text: "plugins: { providers: [] }" },
    { what: "`options`", file: "Pulumi.yaml", text: "options: { refresh: always }" },
    { what: "`requiredPulumiVersion`", file: "Pulumi.yaml", text: 'requiredPulumiVersion: ">=3"' },
    { what: "`environment`", file: "Pulumi.test.yaml", text: "environment: [shared]" },
    {
        what: "`pulumi:disable-default-providers`",
        file: "Pulumi.test.yaml",
        text: "config: { pulumi:disable-default-providers: [a] }",
    },
    {
        what: "`pulumi:autonaming`",
        file: "Pulumi.test.yaml",
        text: "config: { pulumi:autonaming: { mode: verbatim } }",
    },
];

const flags = [
    "--refresh",
    "--replace",
    "--exclude",
    "--target-dependents",
    "--target-replace",
    "--plan",
    "--import-file",
];

function listed(heading: string): string[] {
    const text = fs.readFileSync(path.join(projectDir, "docs", "engines.md"), "utf8");
    const section = text.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? "";
    return [...section.matchAll(/^- (.*?)(: .*)?$/gm)].map(([, what]) => what);
}

function engine(workspace: Workspace, ...options: string[]): { status: number | null; stderr: string } {
    const [node, ...argv] = [...nodeArgv("engine/main.ts"), "preview", "--stack", workspace.stack, ...options];
    return spawnSync(node, argv, { cwd: workspace.dir, env: workspace.env, encoding: "utf8" });
}

describe("what the embedded engine does not support is an error that says so", () => {
    let workspace: Workspace;

    beforeAll(() => {
        workspace = new Workspace("unsupported");
    });

    afterAll(() => workspace.remove());

    test("everything that docs/engines.md lists is tried here", () => {
        expect(listed("In programs")).toEqual(inPrograms.map(({ what }) => what));
        expect(listed("In Pulumi.yaml and Pulumi.STACK.yaml")).toEqual(inProject.map(({ what }) => what));
        expect(listed("On the command line")).toEqual(flags.map((flag) => `\`${flag}\``));
    });

    test.each(inPrograms)("$what", async ({ use, says }) => {
        workspace.configure({ stage: 1, directory: workspace.files, use });
        const { status, events } = await embedded.run("preview", workspace);
        const said = events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent.message] : []));
        expect(said.join("\n")).toMatch(says);
        expect(status).toBe(1);
    });

    test.each(inProject)("$what", ({ what, file, text }) => {
        const name = path.join(workspace.dir, file);
        const before = fs.readFileSync(name, "utf8");
        try {
            fs.writeFileSync(name, file === "Pulumi.yaml" ? `${before}\n${text}\n` : `${text}\n`);
            const { status, stderr } = engine(workspace);
            expect(stderr).toContain(`${file}: the embedded engine does not support ${what.replaceAll("`", "")}`);
            expect(status).toBe(1);
        } finally {
            fs.writeFileSync(name, before);
        }
    });

    test.each(flags)("%s", (flag) => {
        const { status, stderr } = engine(workspace, flag);
        expect(stderr).toMatch(new RegExp(`^Unknown option '${flag}'; usage: engine/main.ts`));
        expect(status).toBe(1);
    });
});
