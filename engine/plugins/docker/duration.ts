/** Nanoseconds of each unit of Go's time.ParseDuration. */
const UNITS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A duration in Go's notation: decimal numbers with units, such as `1m30s` or `500ms`. */
export const DURATION = /^(0|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/;

/** Nanoseconds, as in the Docker Engine API. */
export function parseDuration(text: string): number {
    const parts = text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g);
    return Math.round([...parts].reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit], 0));
}

/** As Go's Duration.String: hours, minutes and seconds, smaller units only below one second. */
export function formatDuration(nanoseconds: number): string {
    if (nanoseconds === 0) return "0s";
    for (const unit of ["ns", "µs", "ms"]) {
        if (nanoseconds < UNITS[unit] * 1000) return `${nanoseconds / UNITS[unit]}${unit}`;
    }
    const hours = Math.floor(nanoseconds / UNITS.h);
    const minutes = Math.floor((nanoseconds % UNITS.h) / UNITS.m);
    const seconds = (nanoseconds % UNITS.m) / UNITS.s;
    if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
    return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
