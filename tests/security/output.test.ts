import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir, stateDir } from "../../paths";
import { stack } from "../stack/environment";
import { broughtUp } from "../stack/platform";
import { saidDir, voip } from "../stack/voip";
import { Search, secretsOf, type Secret } from "./secrets-in-text";

/** The commands that have something to say of a stack. */
const commands = [
    ["up", "--yes"],
    ["up", "--yes", "--json"],
    ["preview"],
    ["preview", "--json"],
    ["refresh", "--json"],
    ["status"],
    ["status", "--json"],
    ["outputs"],
    ["outputs", "--json"],
    ["extension", "list"],
    ["call", "--seconds", "2"],
    ["rotate"],
];

describe("no secret of the stack", () => {
    let before: Secret[];
    beforeAll(async () => {
        await broughtUp();
        const { secrets, ignored } = await secretsOf(stack, projectDir);
        expect(secrets.length).toBeGreaterThan(50);
        // nothing is left out that is a password or a token
        const names = ignored.map(({ name }) => name.replace(/^[^.]*\./, "")); // the resource may be named after secrets
        expect(names.filter((name) => /password|secret|token|key/i.test(name))).toEqual([]);
        before = secrets;
    });

    it("is missed by the search: it finds them where they belong", async () => {
        const { stdout } = await voip(["outputs", "--stack", stack, "--show-secrets", "--json"]);
        const found = new Search(before)
            .inText("outputs", stdout)
            .map(({ secret }) => secret.replace(/^.*outputs\./, ""));
        expect(found).toEqual(expect.arrayContaining(["extensions.1001.password", "postgres.password", "vault.token"]));
    });

    it.each(commands)("is in what a command prints: %s %s %s", async (...args) => {
        const { stdout, stderr } = await voip([...args.filter(Boolean), "--stack", stack]);
        const { secrets } = await secretsOf(stack, projectDir);
        expect(new Search([...before, ...secrets]).inText(args.join(" "), `${stdout}${stderr}`)).toEqual([]);
    });

    it("is in what any command of this run printed, or in a log of this project", async () => {
        const { secrets } = await secretsOf(stack, projectDir);
        const places = [saidDir, path.join(stateDir(), "logs")];
        expect(places.flatMap((place) => fs.readdirSync(place)).length).toBeGreaterThan(commands.length);
        expect(new Search([...before, ...secrets]).inFiles(...places)).toEqual([]);
    });
});
