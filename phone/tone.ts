const sampleRate = 8000;
const headerBytes = 44;

/** A canonical WAV file: `seconds` of a sine of `hz`, 16 bit mono at 8000 Hz, a quarter of full scale. */
export function toneWav(hz: number, seconds: number): Buffer {
    const samples = Math.round(seconds * sampleRate);
    const wav = Buffer.alloc(headerBytes + samples * 2);
    wav.write("RIFF", 0, "ascii");
    wav.writeUInt32LE(wav.length - 8, 4);
    wav.write("WAVEfmt ", 8, "ascii");
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20); // PCM
    wav.writeUInt16LE(1, 22); // channels
    wav.writeUInt32LE(sampleRate, 24);
    wav.writeUInt32LE(sampleRate * 2, 28);
    wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write("data", 36, "ascii");
    wav.writeUInt32LE(samples * 2, 40);
    for (let i = 0; i < samples; i++) {
        wav.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / sampleRate)), headerBytes + i * 2);
    }
    return wav;
}

/** The samples of a WAV file as written by `toneWav` or baresip's sndfile module (16 bit mono). */
export function wavSamples(wav: Buffer): Int16Array {
    const body = wav.subarray(headerBytes);
    const samples = new Int16Array(body.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = body.readInt16LE(i * 2);
    return samples;
}

/**
 * Share of the signal's energy at one frequency, 0 to 1 (Goertzel's algorithm): near 1 for that pure tone, near 0 for
 * silence, noise or another tone.
 */
export function toneShare(samples: Int16Array, hz: number): number {
    const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
    let previous = 0;
    let beforePrevious = 0;
    let energy = 0;
    for (const sample of samples) {
        energy += sample * sample;
        [previous, beforePrevious] = [sample + coefficient * previous - beforePrevious, previous];
    }
    if (energy === 0) return 0;
    const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
    return (2 * power) / (samples.length * energy);
}

/** The candidate tone that is heard most of the time, in windows of 100 ms; undefined: none of them. */
export function heardTone(samples: Int16Array, candidates: readonly number[]): number | undefined {
    const window = sampleRate / 10;
    const windows = Math.floor(samples.length / window);
    return candidates.find((hz) => {
        let heard = 0;
        for (let i = 0; i < windows; i++) {
            if (toneShare(samples.subarray(i * window, (i + 1) * window), hz) > 0.8) heard++;
        }
        return windows > 0 && heard > windows / 2;
    });
}
