import { createInterface } from "node:readline/promises";
import type { StackConfig } from "../../config";
import type { Operation } from "../engine/commandline";
import { Failure, messageOf, note } from "../result";

/**
 * Reads the stack's configuration; nothing is touched before it is found good.
 * @throws Failure with all problems at once, in `facts.problems` one by one.
 */
export async function checkedConfig(stack: string, operation: Operation): Promise<StackConfig> {
    const { validateStack } = await import("../../config");
    const checked = validateStack(stack);
    const problems = "problems" in checked ? checked.problems : operation === "up" ? checked.toSupply : [];
    if (problems.length || "problems" in checked) {
        const list = problems.length === 1 ? problems[0] : `\n${problems.map((line) => `  - ${line}`).join("\n")}`;
        throw new Failure(`configuration of stack ${stack}: ${list}`, { facts: { stack, problems } });
    }
    return checked.config;
}

/** Installs what the lab needs on this machine, where that needs no question. @throws Failure with the commands otherwise. */
export async function hostPackages(): Promise<void> {
    const { canInstallPackages, installPackages, missingPackages } = await import("../../lab/packages");
    const missing = missingPackages();
    if (!missing.length) return;
    if (!canInstallPackages()) {
        const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
        throw new Failure(`this machine lacks packages and they can't be installed here: as root, ${command}`, {
            facts: { missing },
        });
    }
    note(`installing ${missing.length} Debian packages: ${missing.join(" ")}`);
    let last = "";
    await installPackages(missing, (line) => (last = line)).catch((error: unknown) => {
        throw new Failure(`installing ${missing.join(" ")}: ${messageOf(error)}${last ? ` (last: ${last})` : ""}`);
    });
}

/** @throws Failure when nobody is there to answer a question. */
export function mustBeAnswered(operation: Operation, yes: boolean): void {
    if (yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
    throw new Failure(`${operation} changes the platform and there is no terminal to ask on: add --yes`, { status: 2 });
}

/**
 * Asks a person before anything is changed.
 * @param show prints what would be done
 * @throws Failure when the answer is no.
 */
export async function confirmed(operation: Operation, yes: boolean, show: () => Promise<void>): Promise<void> {
    if (yes) return;
    await show();
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${operation}: go ahead? [y/N] `);
    terminal.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(`${operation}: not done, nothing was changed`);
}
