import { createInterface } from "node:readline/promises";
import type { StackConfig } from "../../config";
import type { Operation } from "../engine/commandline";
import type { ResourceName } from "../engine/tally";
import { Failure, messageOf, note } from "../result";

/**
 * Reads and checks the stack's configuration, before anything is touched.
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

/** Installs what the lab needs on this machine, if that needs no question. @throws Failure with the commands otherwise. */
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

/** @throws Failure if nobody can answer a question. */
export function mustBeAnswered(operation: Operation, yes: boolean): void {
    if (yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
    throw new Failure(`${operation} changes the platform and there is no terminal to ask on: add --yes`, { status: 2 });
}

async function asked(question: string): Promise<string> {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(question);
    terminal.close();
    return answer;
}

/**
 * Asks for the stack's name before protected resources are given up: on the terminal, or by `--confirm`. `--yes` is not enough.
 * @throws Failure if another name was given, or if nobody can be asked
 */
export async function confirmedByName(
    stack: string,
    resources: ResourceName[],
    lab: boolean,
    { confirm }: { confirm?: string },
): Promise<void> {
    const names = resources.map(({ type, name }) => `${type} ${name}`);
    const facts = { stack, protected: names };
    const isAsked = confirm === undefined;
    if (isAsked && !(process.stdin.isTTY && process.stderr.isTTY)) {
        const what = names.length === 1 ? "1 resource of stack" : `${names.length} resources of stack`;
        const are = `${what} ${stack} ${names.length === 1 ? "is" : "are"} protected (${names.join(", ")})`;
        throw new Failure(`${are}: destroy needs the stack's name, --confirm ${stack}`, { facts, status: 2 });
    }
    const outcome = lab ? "they go with the lab and all its files" : "they stay where they are, and leave the state";
    note(`destroy removes stack ${stack}. Protected, as nobody can make their data again; ${outcome}:`);
    for (const line of names) note(`  - ${line}`);
    const typed = confirm ?? (await asked(`destroy: type the stack's name to go ahead: `));
    if (typed.trim() === stack) return;
    const received = isAsked ? `"${typed.trim()}" was typed` : `--confirm names "${typed}"`;
    throw new Failure(`destroy: ${received}, the stack is ${stack}; nothing was changed`, { facts, status: 2 });
}

/**
 * Asks for confirmation before anything is changed.
 * @param show prints what would be done
 * @throws Failure if the answer is no.
 */
export async function confirmed(operation: Operation, yes: boolean, show: () => Promise<void>): Promise<void> {
    if (yes) return;
    await show();
    const answer = await asked(`${operation}: go ahead? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(`${operation}: not done, nothing was changed`);
}
