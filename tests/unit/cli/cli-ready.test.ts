import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pinnedPlugins, readyCli } from "../../../cli/engine/cli-ready";
import { projectDir } from "../../../paths";

jest.setTimeout(60_000); // starts processes, on a machine that may be busy

let dir: string;
const before = { PATH: process.env.PATH, PULUMI_HOME: process.env.PULUMI_HOME };
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    process.env.PULUMI_HOME = path.join(dir, "home");
});
afterEach(() => {
    fs.rmSync(dir, { recursive: true });
    for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
});

function executable(file: string, script: string): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
}

const listed = (kind = "resource") => pinnedPlugins().map((plugin) => ({ ...plugin, kind, size: 1 }));

/** An official CLI that has these plugins, and notes what it is asked for. */
function cli(file: string, plugins: object[], install = "true"): { argv: string[]; calls: () => string[] } {
    const calls = path.join(dir, "calls");
    const list = `echo '${JSON.stringify(plugins)}'`;
    executable(file, `echo "$*" >> ${calls}\ncase "$2" in\nls) ${list} ;;\ninstall) ${install} ;;\nesac`);
    return { argv: [file], calls: () => fs.readFileSync(calls, "utf8").trim().split("\n") };
}
const choice = (argv: string[]) => ({ engine: "pulumi" as const, argv, why: "" });
const pulumi = (plugins: object[], install?: string) => cli(path.join(dir, "pulumi"), plugins, install);

describe("the plugins of the official CLI", () => {
    it("are those of the packages that are installed", () => {
        const { dependencies } = JSON.parse(fs.readFileSync(path.join(projectDir, "package.json"), "utf8"));
        const names = ["command", "docker", "postgresql", "random", "vault"];
        expect(pinnedPlugins()).toEqual(names.map((name) => ({ name, version: dependencies[`@pulumi/${name}`] })));
    });

    it("have the name and version that their package says", () => {
        const write = (file: string, content: unknown): void => {
            fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
            fs.writeFileSync(path.join(dir, file), JSON.stringify(content));
        };
        write("package.json", { dependencies: { "@pulumi/a": "1", "@pulumi/b": "1", "@pulumi/sdk": "1", other: "1" } });
        write("node_modules/@pulumi/a/package.json", {
            name: "@pulumi/a",
            version: "1.2.3",
            pulumi: { resource: true },
        });
        const pulumi = { resource: true, name: "bee", version: "2.0.0" };
        write("node_modules/@pulumi/b/package.json", { name: "@pulumi/b", version: "1.2.3", pulumi });
        write("node_modules/@pulumi/sdk/package.json", { name: "@pulumi/sdk", version: "1.2.3" });
        expect(pinnedPlugins(dir)).toEqual([
            { name: "a", version: "1.2.3" },
            { name: "bee", version: "2.0.0" },
        ]);
    });

    it("are not fetched where they are there", async () => {
        const { argv, calls } = pulumi(listed());
        expect(await readyCli(choice(argv))).toEqual(choice(argv));
        expect(calls()).toEqual(["plugin ls --json"]);
    });

    it("are installed if one is missing, or has another version or kind", async () => {
        const [first, second, third, ...others] = listed();
        const { argv, calls } = pulumi([{ ...second, version: "999.0.0" }, { ...third, kind: "tool" }, ...others]);
        await readyCli(choice(argv));
        expect(calls().slice(1)).toEqual(
            [first, second, third].map(
                ({ name, version }) => `plugin install resource ${name} ${version} --exact --non-interactive`,
            ),
        );
    });

    it("are named, with the error and what to do, if they are not available", async () => {
        const [{ name, version }, ...others] = listed();
        const said =
            "echo 'warning: Will retry' >&2; echo 'error: downloading: 403 HTTP error' >&2; echo advice >&2; exit 255";
        const { argv } = pulumi(others, said);
        await expect(readyCli(choice(argv))).rejects.toThrow(
            `plugin ${name} ${version}, which the Pulumi CLI needs, could not be installed: ` +
                "downloading: 403 HTTP error; --engine embedded runs the same program without it",
        );
    });
});

describe("a CLI that npx fetches", () => {
    const npx = ["npx", "--yes", "pulumi@1.2.3"];
    const pretend = (script: string): void => {
        executable(path.join(dir, "bin", "npx"), script);
        process.env.PATH = `${dir}/bin:/usr/bin:/bin`;
    };

    it("is run without npx from then on, which would look for it in the lab's network", async () => {
        const real = path.join(dir, "home", "versions", "1.2.3", "bin", "pulumi");
        cli(path.join(dir, "kept"), listed());
        pretend(`[ "$*" = "--yes pulumi@1.2.3 version" ] && mkdir -p ${path.dirname(real)} && cp ${dir}/kept ${real}`);
        expect(await readyCli(choice(npx))).toEqual(choice([real]));
    });

    it("is named if it is not available", async () => {
        pretend("echo 'npm error 404 Not Found' >&2; exit 1");
        await expect(readyCli(choice(npx))).rejects.toThrow(
            "the Pulumi CLI, pulumi@1.2.3, could not be fetched by npx: npm error 404 Not Found; " +
                "--engine embedded runs the same program without it",
        );
    });
});
