import * as fs from "node:fs";
import type { EngineEvent, Severity, StepMetadata } from "../../engine/events";

/** Parses chunks of newline-delimited JSON into events; passes everything else to `onText`. */
export class EventReader {
    private rest = "";

    constructor(
        private readonly onEvent: (event: EngineEvent, line: string) => void,
        private readonly onText: (line: string) => void,
    ) {}

    take(chunk: string): void {
        const lines = (this.rest + chunk).split("\n");
        this.rest = lines.pop() ?? "";
        for (const line of lines) this.line(line);
    }

    end(): void {
        if (this.rest) this.line(this.rest);
        this.rest = "";
    }

    private line(line: string): void {
        if (!line.trim()) return;
        let event: EngineEvent | undefined;
        if (line.startsWith("{")) {
            try {
                event = JSON.parse(line) as EngineEvent;
            } catch {
                // not an event, but a printed line
            }
        }
        if (event) this.onEvent(event, line);
        else this.onText(line);
    }
}

const withoutState = (metadata: StepMetadata): StepMetadata =>
    metadata.type.startsWith("pulumi:providers:") ? { ...metadata, old: null, new: null } : metadata;

const shownSeverities: readonly string[] = ["info", "info#err", "warning", "error"] satisfies Severity[];

/**
 * What may be shown and kept of an event of the official engine, which writes secrets in plain text into some: plugins log
 * whole requests with severity `debug`, and dynamic providers get the stack's configuration as their properties.
 * @returns undefined for an event that must be dropped
 */
export function withoutSecrets(event: EngineEvent): EngineEvent | undefined {
    const { diagnosticEvent, resourcePreEvent: before, resOutputsEvent: after, resOpFailedEvent: failed } = event;
    if (diagnosticEvent && !shownSeverities.includes(diagnosticEvent.severity)) return undefined;
    if (before) return { ...event, resourcePreEvent: { ...before, metadata: withoutState(before.metadata) } };
    if (after) return { ...event, resOutputsEvent: { ...after, metadata: withoutState(after.metadata) } };
    if (failed) return { ...event, resOpFailedEvent: { ...failed, metadata: withoutState(failed.metadata) } };
    return event;
}

/**
 * A new file that is unlinked at once: it exists for the processes that have its descriptor, and is gone with the last of them,
 * however they end.
 */
export function namelessFile(name: string): number {
    const descriptor = fs.openSync(name, "wx+", 0o600);
    fs.rmSync(name);
    return descriptor;
}

/** Follows a growing file; `stop` reads the rest and closes it. */
export function follow(descriptor: number, onText: (chunk: string) => void): { stop(): void } {
    const decoder = new TextDecoder();
    const buffer = Buffer.alloc(65_536);
    let position = 0;
    const read = (): void => {
        for (;;) {
            const bytes = fs.readSync(descriptor, buffer, 0, buffer.length, position);
            if (bytes === 0) return;
            position += bytes;
            onText(decoder.decode(buffer.subarray(0, bytes), { stream: true }));
        }
    };
    const timer = setInterval(read, 50);
    return {
        stop() {
            clearInterval(timer);
            read();
            fs.closeSync(descriptor);
        },
    };
}
