import { spawn } from "node:child_process";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { Failure, type Result } from "../result";

/** Runs node on a script of the checkout, with the terminal. @returns its exit status, 130 after Ctrl-C */
function runNode(args: string[]): Promise<number> {
    return new Promise<number>((resolve, reject) => {
        const child = spawn(process.execPath, args, { cwd: projectDir, stdio: "inherit" });
        const ignore = (): void => undefined; // the child gets the same Ctrl-C and cleans up
        process.on("SIGINT", ignore);
        child.on("error", reject);
        child.on("close", (code) => {
            process.removeListener("SIGINT", ignore);
            resolve(code ?? 130);
        });
    });
}

/**
 * Runs the named kinds of tests, by default all except the long ones and `mutation`. Words that start with `-` and everything
 * after `--` go to jest. The last line on standard output is `N passed, N failed`. @throws Failure if a test failed or did not
 * run.
 */
export async function test(words: string[]): Promise<Result> {
    if (words[0] === "mutation") {
        const script = path.join(projectDir, "tests", "mutation", "main.ts");
        const loader = path.join(projectDir, "process", "typescript.js");
        process.exitCode = await runNode(["--require", loader, script, ...words.slice(1)]);
        return { facts: {}, text: "" };
    }
    const { kinds } = (await import(path.join(projectDir, "tests", "kinds.js"))) as { kinds: string[] };
    const firstOption = words.findIndex((word) => word.startsWith("-"));
    const suites = firstOption < 0 ? words : words.slice(0, firstOption);
    const unknown = suites.filter((name) => !kinds.includes(name));
    if (unknown.length) {
        throw new Failure(`no test suite ${unknown.join(", ")}: there are ${kinds.join(", ")}`, { status: 2 });
    }
    const options = firstOption < 0 ? [] : words.slice(firstOption).filter((word) => word !== "--");
    const selected = suites.length ? ["--selectProjects", ...suites] : [];
    const jest = path.join(projectDir, "node_modules", "jest", "bin", "jest.js");
    const status = await runNode([jest, ...selected, ...options]);
    process.exitCode = status;
    return { facts: {}, text: "" };
}
