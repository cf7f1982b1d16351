import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { projectDir, stackPaths } from "../../paths";
import { testRoot } from "../stack/environment";
import { tracesOf } from "../stack/traces";
import { voipFails } from "../stack/voip";

const stack = "badconfig";
const file = path.join(projectDir, `Pulumi.${stack}.yaml`);

/** Fails `up` with this configuration; returns what it said on standard error. */
async function refusal(config: Record<string, unknown>): Promise<string> {
    const keys = Object.entries(config).map(([key, value]) => [`voip-stack:${key}`, value]);
    fs.writeFileSync(file, stringify({ config: Object.fromEntries(keys) }));
    const { stdout, stderr } = await voipFails(["up", "--stack", stack, "--yes", "--json"]);
    expect(() => JSON.parse(stdout || "{}")).not.toThrow();
    return stderr;
}

/** Every file of the test run's state: a refused `up` must add none. */
const stateFiles = (): string[] => fs.readdirSync(testRoot, { recursive: true, encoding: "utf8" }).sort();

const mistakes: [string, Record<string, unknown>, RegExp[]][] = [
    ["an unknown key", { sipDomian: "sip.local" }, [/sipDomian/, /sipDomain/]],
    ["phase 7", { phase: "7" }, [/phase/, /"7"/, /1\.5/]],
    [
        "an address outside its network",
        { vms: { "pbx-1": { internalAddress: "10.9.9.9" } } },
        [/pbx-1/, /10\.9\.9\.9/, /192\.168\.64\.0\/24/],
    ],
    ["two owners of port 5060", { phase: "1.5", ports: { otherSip: 5060 } }, [/5060/, /kamailio/, /opensips/]],
    ["10 MB of RAM", { vms: { "media-1": { memoryMiB: 10 } } }, [/media-1/, /memoryMiB/, /\b10\b/]],
    ["an archive that is not there", { kamailioArchive: "/nowhere/kamailio.tar" }, [/kamailioArchive/, /nowhere/]],
];

describe("./voip up with a bad configuration", () => {
    let before: string[];
    beforeAll(() => {
        before = stateFiles();
    });
    afterEach(() => fs.rmSync(file, { force: true }));

    it.each(mistakes)("refuses %s in one sentence that says what is allowed", async (_what, config, words) => {
        const said = await refusal(config);
        for (const word of words) expect(said).toMatch(word);
        expect(said).not.toMatch(/^\s+at /m); // a user's mistake never shows a stack trace
    });

    it("says all problems at once, and touches nothing", async () => {
        const { config, words } = mistakes.reduce<{ config: Record<string, unknown>; words: RegExp[] }>(
            (all, [, part, expected]) => ({
                config: { ...all.config, ...part, vms: { ...(all.config.vms as object), ...(part.vms as object) } },
                words: [...all.words, ...expected.slice(0, 2)],
            }),
            { config: {}, words: [] },
        );
        // with phase 7 nothing is known about the owners of ports
        const said = await refusal(config);
        for (const word of words.filter(({ source }) => !/5060|kamailio$/.test(source))) expect(said).toMatch(word);
        expect(await tracesOf(stack)).toEqual([]);
        expect(fs.existsSync(stackPaths(stack).dataDir)).toBe(false);
        expect(stateFiles()).toEqual(before);
    });
});
