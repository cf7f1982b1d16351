import { isInstalled } from "../boot/systemd";
import { unitName } from "../boot/unit";
import { chooseEngine, type EngineChoice, type EngineOption } from "../engine/choice";
import { readyCli } from "../engine/cli-ready";
import type { Operation } from "../engine/commandline";
import { entrance, hasResources, isThere, liftProtection, protectedResources, removeLab } from "../engine/entrance";
import { checkOwner } from "../engine/owner";
import { runEngine, type EngineEnd, type Wrap } from "../engine/run";
import { drift, tally, type Counts, type Tally } from "../engine/tally";
import { Durations, inWords } from "../durations";
import { showProgress } from "../render/progress";
import { countsText, driftText, previewText, violationText } from "../render/steps";
import { Failure, note, type Result } from "../result";
import { notUp } from "./outputs";
import { checkedConfig, confirmed, confirmedByName, hostPackages, mustBeAnswered } from "./prepare";

export interface OperateOptions {
    stack: string;
    engine: EngineOption;
    target?: string[];
    parallel?: number;
    yes?: boolean;
    /** The stack's name, typed again as confirmation. */
    confirm?: string;
}

const nothing: Counts = { created: 0, updated: 0, replaced: 0, deleted: 0, same: 0 };

interface Outcome {
    end: EngineEnd;
    sum: Tally;
    seconds: number;
}

async function perform(
    operation: Operation,
    options: OperateOptions,
    choice: EngineChoice,
    wrap: Wrap,
): Promise<Outcome> {
    const durations = Durations.of(options.stack);
    const start = performance.now();
    const last = durations.lastTime(operation);
    note(`${operation} ${options.stack}; ${choice.why}${last ? `; last time it took ${inWords(last)}` : ""}`);
    const progress = showProgress(durations);
    const request = {
        operation,
        stack: options.stack,
        targets: options.target ?? [],
        parallel: options.parallel,
    };
    const end = await runEngine(choice, request, wrap, {
        onEvent: (event) => progress.event(event),
        onText: (line) => progress.text(line),
    }).finally(() => progress.end());
    const took = performance.now() - start;
    if (end.status === 0) durations.remember(operation, took);
    durations.save();
    return { end, sum: tally(end.events), seconds: Math.round(took / 100) / 10 };
}

/** @throws Failure with what failed, where, and the path of the log. */
function expectSuccess(operation: Operation, { end, sum }: Outcome, facts: Record<string, unknown>): void {
    if (end.status === 0) return;
    const said = [
        ...sum.violations.filter(({ level }) => level === "mandatory").map(violationText),
        ...sum.failed.map(({ op, type, name, message }) => `${op} of ${type} ${name}: ${message}`),
        ...sum.errors,
        ...(sum.failed.length + sum.errors.length === 0 && end.said ? [end.said] : []),
    ];
    if (!end.events.length && facts.engine === "pulumi")
        said.push("--engine embedded runs the same program without it");
    const why = end.interrupted
        ? "interrupted; run it again to go on"
        : end.killed
          ? "the engine was killed by signal 9; run it again: it goes on from what is recorded"
          : said.join("\n") || `exit status ${end.status}`;
    throw new Failure(`${operation} failed: ${why}`, {
        facts: { ...facts, ...sum.counts, failed: sum.failed, policies: sum.violations },
        log: end.log,
        status: end.interrupted ? 130 : 1,
    });
}

/**
 * For an `up` without a preview: checks the policies before anything is touched. An unchanged program has already passed; the
 * engine still checks each resource.
 */
async function checkPolicies(
    options: OperateOptions,
    lab: boolean,
    choice: EngineChoice,
    facts: Record<string, unknown>,
): Promise<void> {
    const { isChanged } = await import("../engine/changed");
    if (choice.engine === "embedded" && !isChanged(options.stack)) return;
    const { wrap } = await entrance("preview", options.stack, lab);
    const outcome = await perform("preview", options, choice, wrap);
    const sum = { ...outcome.sum, counts: nothing }; // done, as opposed to planned
    expectSuccess("preview", { ...outcome, sum }, { ...facts, seconds: outcome.seconds });
}

/** The four operations of the engine on one stack. */
export async function operate(operation: Operation, options: OperateOptions): Promise<Result> {
    const { stack } = options;
    const config = await checkedConfig(stack, operation);
    const goesAhead = options.yes === true || options.confirm === stack;
    if (operation === "up" || operation === "destroy") mustBeAnswered(operation, goesAhead);
    await checkOwner(stack, config.lab, operation);
    const chosen = chooseEngine(options.engine);
    const facts = { stack, phase: config.phase, engine: chosen.engine };
    if (operation === "destroy" && !(await isThere(stack, config.lab))) {
        if (config.lab) await removeLab(stack);
        return { facts: { ...facts, ...nothing, seconds: 0 }, text: `${stack}: nothing is there, nothing was removed` };
    }
    if (operation === "refresh" && !(await hasResources(stack))) throw notUp(stack);
    const choice = chosen.engine === "pulumi" ? await readyCli(chosen) : chosen;
    const guarded = operation === "destroy" ? await protectedResources(stack, options.target) : [];
    if (guarded.length) await confirmedByName(stack, guarded, config.lab, options);
    else if (operation === "up" || operation === "destroy") {
        await confirmed(operation, goesAhead, async () => {
            if (operation === "up") note((await operate("preview", options)).text);
            else note(`destroy removes every resource of stack ${stack}${config.lab ? " and its lab" : ""}`);
        });
    }
    if (operation === "up" && options.yes) await checkPolicies(options, config.lab, choice, facts);
    if (operation === "up" && config.lab) await hostPackages();

    const { wrap, isNew } = await entrance(operation, stack, config.lab);
    if (guarded.length) await liftProtection(stack, guarded);
    if (operation === "up" && isNew && (await hasResources(stack))) {
        note(`lab ${stack}: looking for what is left of its resources`);
        const found = await perform("refresh", options, choice, wrap);
        expectSuccess("refresh", found, { ...facts, seconds: found.seconds });
    }
    const outcome = await perform(operation, options, choice, wrap);
    const { sum, seconds } = outcome;
    expectSuccess(operation, outcome, { ...facts, seconds });
    if (operation === "destroy" && config.lab && !options.target) {
        await removeLab(stack);
        note(`lab ${stack}: removed with its namespaces, bridges, daemons and files; built images stay in the cache`);
        if (isInstalled(stack))
            note(
                `${unitName(stack)} would bring it up again at the next boot: ./voip uninstall-service --stack ${stack}`,
            );
    }
    return summary(operation, outcome, { ...facts, ...sum.counts, seconds });
}

function summary(operation: Operation, { sum, seconds, end }: Outcome, facts: Record<string, unknown>): Result {
    const time = inWords(seconds * 1000);
    switch (operation) {
        case "preview":
            return {
                facts: { ...facts, steps: sum.steps, policies: sum.violations },
                text: previewText(sum.steps, sum.counts, sum.violations),
            };
        case "refresh": {
            const drifted = drift(end.events);
            return { facts: { ...facts, drift: drifted }, text: `${driftText(drifted)}\nrefresh: ${time}` };
        }
        case "up":
        case "destroy":
            return { facts, text: `${operation}: ${countsText(sum.counts)} in ${time}` };
    }
}
