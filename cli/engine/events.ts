import * as fs from "node:fs";
import type { EngineEvent, StepMetadata } from "../../engine/events";

/** Turns chunks of newline-delimited JSON into events; what is no JSON object is handed to `onText`. */
export class EventReader {
    private rest = "";

    constructor(
        private readonly onEvent: (event: EngineEvent) => void,
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
                // not an event: a line that something printed
            }
        }
        if (event) this.onEvent(event);
        else this.onText(line);
    }
}

const withoutState = (metadata: StepMetadata): StepMetadata =>
    metadata.type.startsWith("pulumi:providers:") ? { ...metadata, old: null, new: null } : metadata;

/** The official engine gives dynamic providers the stack's configuration, and writes its secrets in plain text into their events. */
export function withoutProviderConfig(event: EngineEvent): EngineEvent {
    const { resourcePreEvent: before, resOutputsEvent: after, resOpFailedEvent: failed } = event;
    if (before) return { ...event, resourcePreEvent: { ...before, metadata: withoutState(before.metadata) } };
    if (after) return { ...event, resOutputsEvent: { ...after, metadata: withoutState(after.metadata) } };
    if (failed) return { ...event, resOpFailedEvent: { ...failed, metadata: withoutState(failed.metadata) } };
    return event;
}

/** Follows a file that grows; `stop` reads what is left. */
export function follow(file: string, onText: (chunk: string) => void): { stop(): void } {
    const descriptor = fs.openSync(file, "r");
    const decoder = new TextDecoder();
    const buffer = Buffer.alloc(65_536);
    const read = (): void => {
        for (;;) {
            const bytes = fs.readSync(descriptor, buffer, 0, buffer.length, null);
            if (bytes === 0) return;
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
