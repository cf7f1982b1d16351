import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { CommandError, run, type RunResult } from "../../../process/run";

jest.setTimeout(60_000); // starts processes, on a machine that may be busy

const urn = (type: string, name: string): string => `urn:pulumi:prod::voip-stack::${type}::${name}`;
const stackUrn = urn("pulumi:pulumi:Stack", "voip-stack-prod");

/** What `up` left of a database, on a server that is not to be asked. */
const database = {
    urn: urn("postgresql:index/database:Database", "databases-cdr-database"),
    custom: true,
    id: "cdr",
    type: "postgresql:index/database:Database",
    inputs: { name: "cdr" },
    outputs: { name: "cdr" },
    parent: stackUrn,
    protect: true,
    retainOnDelete: true,
    provider: `${urn("pulumi:providers:postgresql", "postgres")}::1`,
};
const resources = [{ urn: stackUrn, custom: false, type: "pulumi:pulumi:Stack" }, database];

describe("./voip destroy of a stack with protected resources", () => {
    let dir: string;
    let checkpoint: string;
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
        checkpoint = path.join(dir, ".pulumi", "stacks", "voip-stack", "prod.json");
        fs.mkdirSync(path.dirname(checkpoint), { recursive: true });
        const latest = { manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" }, resources };
        fs.writeFileSync(
            checkpoint,
            JSON.stringify({ version: 3, checkpoint: { stack: "organization/voip-stack/prod", latest } }),
        );
    });
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    const destroy = (...options: string[]): Promise<RunResult> =>
        run(
            [path.join(projectDir, "voip"), "destroy", "--stack", "prod", "--engine", "embedded", "--json", ...options],
            {
                env: { XDG_STATE_HOME: dir, XDG_CONFIG_HOME: dir, PULUMI_BACKEND_URL: `file://${dir}` },
            },
        ).catch((error: unknown) => {
            if (error instanceof CommandError) return error.result;
            throw error;
        });
    const stored = (): unknown[] => JSON.parse(fs.readFileSync(checkpoint, "utf8")).checkpoint.latest.resources;

    it("names them, and does not accept --yes", async () => {
        const { status, stdout } = await destroy("--yes");
        expect(status).toBe(2);
        expect(JSON.parse(stdout)).toEqual({
            stack: "prod",
            protected: ["Database databases-cdr-database"],
            error:
                "1 resource of stack prod is protected (Database databases-cdr-database): " +
                "destroy needs the stack's name, --confirm prod",
        });
        expect(stored()).toEqual(resources);
    });

    it("does not accept another name", async () => {
        const { status, stdout } = await destroy("--yes", "--confirm", "dev");
        expect(status).toBe(2);
        expect(JSON.parse(stdout).error).toBe('destroy: --confirm names "dev", the stack is prod; nothing was changed');
        expect(stored()).toEqual(resources);
    });

    it("leaves their data where it is and removes the stack, given its name", async () => {
        const { status, stdout, stderr } = await destroy("--confirm", "prod");
        expect(stderr).toContain(
            "they stay where they are, and leave the state:\n  - Database databases-cdr-database\n",
        );
        expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, deleted: 2 });
        expect(stored()).toEqual([]);
    });
});
