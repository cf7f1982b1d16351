import * as fc from "fast-check";
import { decodeAlaw, encodeAlaw } from "../../audio/g711";
import { loudness, purity, longestGap, secondsOfSpeech, secondsOfTone, tone } from "../../audio/tone";

/** Noise that is the same in each run (linear congruential generator). */
function noise(seconds: number): Int16Array {
    let state = 1;
    return Int16Array.from({ length: seconds * 8000 }, () => {
        state = (state * 1664525 + 1013904223) >>> 0;
        return (state >>> 18) - 8192;
    });
}

describe("G.711 A-law", () => {
    it("has the code words of ITU-T G.711", () => {
        expect([...encodeAlaw(Int16Array.from([0, -1, 32767, -32768, 1000, -1000]))]).toEqual([
            0xd5, 0x55, 0xaa, 0x2a, 0xfa, 0x7a,
        ]);
    });

    it("gives every code word back after decoding", () => {
        const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
        expect([...encodeAlaw(decodeAlaw(codes))]).toEqual([...codes]);
    });

    it("keeps each sample within half a step of quantisation", () => {
        fc.assert(
            fc.property(fc.integer({ min: -32768, max: 32767 }), (sample) => {
                const [decoded] = decodeAlaw(encodeAlaw(Int16Array.from([sample])));
                expect(Math.abs(decoded - sample)).toBeLessThanOrEqual(Math.max(8, Math.abs(sample) / 32) + 1);
            }),
        );
    });
});

describe("tones", () => {
    const a440 = decodeAlaw(encodeAlaw(tone(440, 2)));

    it("hears a tone of 440 Hz as 440 Hz and as nothing else", () => {
        expect(secondsOfTone(a440, 440)).toBeCloseTo(2);
        expect(secondsOfTone(a440, 880)).toBe(0);
        expect(secondsOfTone(a440, 430)).toBe(0);
    });

    it("hears no tone in silence, in noise, or under another tone as loud", () => {
        expect(secondsOfTone(new Int16Array(16000), 440)).toBe(0);
        expect(secondsOfTone(noise(2), 440)).toBe(0);
        const other = tone(700, 1);
        const mixed = tone(440, 1).map((sample, n) => (sample + other[n]) / 2);
        expect(secondsOfTone(mixed, 440)).toBe(0);
    });

    it("counts as speech what is neither silent nor one of the tones", () => {
        expect(secondsOfSpeech(noise(2), [440])).toBeCloseTo(2);
        expect(secondsOfSpeech(a440, [440])).toBe(0);
        expect(secondsOfSpeech(new Int16Array(16000))).toBe(0);
    });

    it("finds the longest gap in a tone, from where it is first heard", () => {
        const late = new Int16Array(16000 + a440.length);
        late.set(a440, 16000);
        expect(longestGap(late, 440)).toBe(0);
        late.fill(0, 20000, 24000); // half a second
        late.fill(0, 28000, 28800);
        expect(longestGap(late, 440)).toBeCloseTo(0.5);
        expect(longestGap(new Int16Array(8000), 440)).toBeCloseTo(1);
    });

    it("measures purity and loudness", () => {
        expect(purity(tone(880, 0.1), 880)).toBeCloseTo(1, 3);
        expect(loudness(tone(880, 0.1))).toBeCloseTo(8192 / Math.SQRT2, -1);
    });
});
