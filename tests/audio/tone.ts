import { sampleRate } from "./g711";

/** A sine of `hz` for `seconds`, at a quarter of full scale (about -15 dBm0). */
export function tone(hz: number, seconds: number): Int16Array {
    const step = (2 * Math.PI * hz) / sampleRate;
    return Int16Array.from({ length: Math.round(seconds * sampleRate) }, (_, n) =>
        Math.round(8192 * Math.sin(step * n)),
    );
}

/**
 * The part of a window's energy that lies at `hz`: 1 for a pure tone, about 0 for anything else
 * (Goertzel algorithm; exact where the window holds whole periods).
 */
export function purity(window: Int16Array, hz: number): number {
    const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
    let [last, beforeLast, energy] = [0, 0, 0];
    for (const sample of window) {
        [last, beforeLast] = [sample + coefficient * last - beforeLast, last];
        energy += sample * sample;
    }
    const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
    return energy === 0 ? 0 : (2 * power) / (window.length * energy);
}

/** Root mean square of a window, in units of 16-bit samples. */
export function loudness(window: Int16Array): number {
    return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(window.length, 1));
}

const windowSeconds = 0.1;

function windows(samples: Int16Array): Int16Array[] {
    const size = windowSeconds * sampleRate;
    return Array.from({ length: Math.floor(samples.length / size) }, (_, n) =>
        samples.subarray(n * size, (n + 1) * size),
    );
}

/** Seconds of `samples` in which a tone of `hz` was heard and nothing else. */
export function secondsOfTone(samples: Int16Array, hz: number): number {
    const heard = windows(samples).filter((window) => loudness(window) > 500 && purity(window, hz) > 0.9);
    return heard.length * windowSeconds;
}

/** Seconds of `samples` that are neither silence nor one of the tones `except`: speech, in a call that holds but these. */
export function secondsOfSpeech(samples: Int16Array, except: number[] = []): number {
    const heard = windows(samples).filter(
        (window) => loudness(window) > 500 && !except.some((hz) => purity(window, hz) > 0.9),
    );
    return heard.length * windowSeconds;
}

/** The longest time in seconds, after a tone of `hz` was first heard, in which it was not heard, or something else was. */
export function longestGap(samples: Int16Array, hz: number): number {
    const heard = windows(samples).map((window) => loudness(window) > 500 && purity(window, hz) > 0.9);
    const start = heard.indexOf(true);
    let [longest, run] = [0, 0];
    for (const each of start < 0 ? heard.map(() => false) : heard.slice(start)) {
        run = each ? 0 : run + 1;
        longest = Math.max(longest, run);
    }
    return longest * windowSeconds;
}
