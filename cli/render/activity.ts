import type { EngineEvent, OpType } from "../../engine/events";
import { inWords, type Durations } from "../durations";
import { resourceName } from "../engine/tally";

/** What is being done to a resource, and what has been done. */
const verbs: Partial<Record<OpType, [doing: string, done: string]>> = {
    create: ["creating", "created"],
    "create-replacement": ["creating anew", "created anew"],
    update: ["updating", "updated"],
    delete: ["deleting", "deleted"],
    "delete-replaced": ["deleting old", "deleted old"],
    read: ["reading", "read"],
    refresh: ["looking at", "looked at"],
};

export interface InFlight {
    key: string;
    label: string;
    since: number;
    lastTime?: number;
    message?: string;
}

/** What the renderers print for one event: a finished line, or nothing. */
export interface Said {
    line: string;
    failed: boolean;
}

/** Follows the engine's events: what is in progress, and one line for each finished item. */
export class Activity {
    private readonly inFlight = new Map<string, InFlight>();

    constructor(
        private readonly durations: Durations,
        private readonly now: () => number = () => performance.now(),
    ) {}

    current(): InFlight[] {
        return [...this.inFlight.values()];
    }

    /** @returns lines to print, in order. `started` lines are for output without live progress. */
    take(event: EngineEvent): { started?: string; said: Said[] } {
        const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, stdoutEvent } = event;
        if (resourcePreEvent && !resourcePreEvent.planning)
            return { ...this.begin(resourcePreEvent.metadata), said: [] };
        if (resOutputsEvent && !resOutputsEvent.planning) return { said: this.finish(resOutputsEvent.metadata.urn) };
        if (resOpFailedEvent) return { said: this.finish(resOpFailedEvent.metadata.urn, true) };
        if (diagnosticEvent) return { said: this.diagnostic(diagnosticEvent) };
        if (stdoutEvent) return { said: [{ line: stdoutEvent.message.trimEnd(), failed: false }] };
        return { said: [] };
    }

    private begin({ op, urn }: { op: OpType; urn: string }): { started?: string } {
        const verb = verbs[op];
        if (!verb) return {};
        const { name, type } = resourceName(urn);
        const key = `${op} ${urn}`;
        const label = `${verb[0]} ${type} ${name}`;
        const lastTime = this.durations.lastTime(key);
        this.inFlight.set(urn, { key, label, since: this.now(), lastTime });
        return { started: lastTime && lastTime > 1000 ? `${label} (last time ${inWords(lastTime)})` : label };
    }

    private finish(urn: string, failed = false): Said[] {
        const entry = this.inFlight.get(urn);
        if (!entry) return [];
        this.inFlight.delete(urn);
        const took = this.now() - entry.since;
        const [op] = entry.key.split(" ") as [OpType];
        const [doing, done] = verbs[op] ?? ["", ""];
        const what = entry.label.slice(doing.length + 1);
        if (failed) return [{ line: `failed ${entry.label} (${inWords(took)})`, failed: true }];
        this.durations.remember(entry.key, took);
        return [{ line: `${done} ${what} (${inWords(took)})`, failed: false }];
    }

    private diagnostic({ urn, message, severity }: NonNullable<EngineEvent["diagnosticEvent"]>): Said[] {
        const text = message.trim();
        if (!text) return [];
        const entry = urn ? this.inFlight.get(urn) : undefined;
        if (entry && severity !== "error") entry.message = text.split("\n").at(-1);
        const subject = urn ? `${resourceName(urn).name}: ` : "";
        const prefix = severity === "error" || severity === "warning" ? `${severity}: ` : "";
        return [{ line: `${prefix}${subject}${text}`, failed: severity === "error" }];
    }
}
