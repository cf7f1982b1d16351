import * as fs from "node:fs";
import * as path from "node:path";
import { yamlText } from "../../config/yaml";
import { projectDir } from "../../paths";
import { testRoot } from "../stack/environment";
import { tracesOf } from "../stack/traces";
import { saidDir, voipFails } from "../stack/voip";

const stack = "badconfig";
const file = path.join(projectDir, `Pulumi.${stack}.yaml`);

/** Fails `up` with this configuration; returns the problems it names on both outputs. */
async function refused(config: Record<string, unknown>): Promise<string[]> {
    const keys = Object.entries(config).map(([key, value]) => [`voip-stack:${key}`, value]);
    fs.writeFileSync(file, yamlText({ config: Object.fromEntries(keys) }));
    const { stdout, stderr } = await voipFails(["up", "--stack", stack, "--yes", "--json"]);
    const { problems } = JSON.parse(stdout) as { problems: string[] };
    for (const problem of problems) expect(stderr).toContain(problem);
    expect(stderr).not.toMatch(/^\s+at /m); // a user's mistake never shows a stack trace
    return problems;
}

/** Every file of the test run's state: a refused `up` must add none. What the tests keep of its outputs is not of it. */
const stateFiles = (): string[] =>
    fs
        .readdirSync(testRoot, { recursive: true, encoding: "utf8" })
        .filter((file) => !path.join(testRoot, file).startsWith(saidDir))
        .sort();

/** What is wrong, and what the message must name: the key, the value, and what is allowed. */
const mistakes: [string, Record<string, unknown>, RegExp[]][] = [
    ["an unknown key", { sipDomian: "sip.local" }, [/sipDomian/, /sipDomain/]],
    ["phase 7", { phase: "7" }, [/phase/, /"7"/, /1, 1\.5, 2, 2\.5, 3, 4/]],
    [
        "an address outside its network",
        { vms: { "pbx-1": { internalAddress: "10.9.9.9" } } },
        [/pbx-1\.internalAddress/, /10\.9\.9\.9/, /192\.168\.64\.1 to 192\.168\.64\.254/],
    ],
    ["two owners of port 5060", { ports: { otherSip: 5060 } }, [/otherSip/, /5060/, /two owners/, /kamailio/]],
    [
        "10 MB of RAM",
        { vms: { "media-1": { memoryMiB: 10 } } },
        [/media-1\.memoryMiB/, /\b10\b/, /from \d+ to \d+ MiB/],
    ],
    ["an archive that is not there", { kamailioArchive: "/nowhere/kamailio.tar" }, [/kamailioArchive/, /nowhere/]],
];

describe("./voip up with a bad configuration", () => {
    let before: string[];
    beforeAll(() => {
        before = stateFiles();
    });
    afterEach(() => fs.rmSync(file, { force: true }));

    it.each(mistakes)("refuses %s in one sentence that says what is allowed", async (_what, config, words) => {
        const problems = await refused(config);
        expect(problems).toHaveLength(1);
        for (const word of words) expect(problems[0]).toMatch(word);
    });

    it("reports all problems at once, one sentence each, and touches nothing", async () => {
        const vms = Object.assign({}, ...mistakes.map(([, { vms }]) => vms));
        const problems = await refused(Object.assign({}, ...mistakes.map(([, config]) => config), { vms }));
        expect(problems).toHaveLength(mistakes.length);
        for (const [, , words] of mistakes) {
            expect(problems.filter((problem) => words.every((word) => word.test(problem)))).toHaveLength(1);
        }
        expect(await tracesOf(stack)).toEqual([]);
        expect(stateFiles()).toEqual(before);
    });
});
