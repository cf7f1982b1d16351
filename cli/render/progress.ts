import type { EngineEvent } from "../../engine/events";
import { inWords, type Durations } from "../durations";
import { Activity, type InFlight } from "./activity";

/** Shows an operation while it runs, on standard error. */
export interface Progress {
    event(event: EngineEvent): void;
    text(line: string): void;
    end(): void;
}

/** The output for progress: standard error. */
export interface Screen {
    write(text: string): void;
    isTTY?: boolean;
    columns?: number;
    rows?: number;
}

const clip = (line: string, columns: number): string =>
    line.length < columns ? line : `${line.slice(0, columns - 2)}…`;

/** Without a terminal: one line per event. */
class Lines implements Progress {
    constructor(
        private readonly activity: Activity,
        private readonly screen: Screen,
    ) {}

    event(event: EngineEvent): void {
        const { started, said } = this.activity.take(event);
        if (started) this.text(started);
        for (const { line } of said) this.text(line);
    }

    text(line: string): void {
        this.screen.write(`${line}\n`);
    }

    end(): void {
        // every line is already printed
    }
}

/** On a terminal: finished items scroll by; what is in progress stays below with a running count. */
class Live implements Progress {
    private drawn = 0;
    private readonly timer: NodeJS.Timeout;

    constructor(
        private readonly activity: Activity,
        private readonly screen: Screen,
    ) {
        this.timer = setInterval(() => this.draw([]), 200);
        this.timer.unref();
    }

    event(event: EngineEvent): void {
        const inFlight = new Set(this.activity.current().map(({ label }) => label));
        const { said } = this.activity.take(event);
        // messages about something in progress are shown beside it; only others scroll by
        const quiet = event.diagnosticEvent?.urn !== undefined && event.diagnosticEvent.severity.startsWith("info");
        this.draw(quiet && inFlight.size > 0 ? [] : said.map(({ line }) => line));
    }

    text(line: string): void {
        this.draw([line]);
    }

    end(): void {
        clearInterval(this.timer);
        this.draw([], true);
    }

    private draw(lines: string[], last = false): void {
        const columns = this.screen.columns || 80; // a terminal may report 0: unknown
        const room = (this.screen.rows || 24) - 2; // lines that scrolled off can't be redrawn
        const status = last ? [] : this.activity.current().slice(0, room);
        const below = status.map((entry) => clip(describe(entry), columns));
        const up = this.drawn > 0 ? `\u001b[${this.drawn}A` : "";
        this.screen.write(`${up}\r\u001b[J${[...lines, ...below].map((line) => `${line}\n`).join("")}`);
        this.drawn = status.length;
    }
}

function describe({ label, since, lastTime, message }: InFlight): string {
    const elapsed = inWords(performance.now() - since);
    const before = lastTime && lastTime > 1000 ? `, last time ${inWords(lastTime)}` : "";
    return `  ${label}  ${elapsed}${before}${message ? `  ${message}` : ""}`;
}

export function showProgress(durations: Durations, screen: Screen = process.stderr): Progress {
    const activity = new Activity(durations);
    return screen.isTTY ? new Live(activity, screen) : new Lines(activity, screen);
}
