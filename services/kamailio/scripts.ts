import * as fs from "node:fs";
import * as path from "node:path";

/**
 * A script for Valkey (https://valkey.io/topics/eval-intro/) as one line, for a string of Kamailio's configuration.
 * @param name of a file of `scripts/`, without `.lua`
 * @throws Error naming the script, if it has a character that would end such a string or mean something in it
 */
export function scriptLine(name: string): string {
    const text = fs.readFileSync(path.join(__dirname, "scripts", `${name}.lua`), "utf8");
    const lines = text.split("\n").map((line) => line.trim());
    const line = lines.filter((each) => each !== "" && !each.startsWith("--")).join(" ");
    const wrong = /["$\\]|--/.exec(line);
    if (wrong) throw new Error(`Script ${name} has ${wrong[0]}, which it can't have.`);
    return line;
}
