import { heardTone, toneShare, toneWav, wavSamples } from "../../../phone/tone";

const tone = (hz: number, seconds: number): Int16Array => wavSamples(toneWav(hz, seconds));
const noise = Int16Array.from({ length: 8000 }, (_, i) => ((i * 7919 + ((i * i) % 104_729)) % 16_000) - 8000);

describe("a tone", () => {
    it("is written as canonical WAV: 16 bit, mono, 8000 Hz", () => {
        const wav = toneWav(440, 1);
        expect(wav.subarray(0, 4).toString()).toBe("RIFF");
        expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([
            1, 1, 8000, 16,
        ]);
        expect(wav.length).toBe(44 + 16_000);
        expect(wav.readUInt32LE(40)).toBe(16_000);
    });

    it("is told from another one, from silence and from noise", () => {
        expect(toneShare(tone(440, 0.1), 440)).toBeGreaterThan(0.99);
        expect(toneShare(tone(440, 0.1), 880)).toBeLessThan(0.01);
        expect(toneShare(new Int16Array(800), 440)).toBe(0);
        expect(toneShare(noise.subarray(0, 800), 440)).toBeLessThan(0.3);
    });

    it("is heard when it fills most of what arrived", () => {
        const mixed = (a: Int16Array, b: Int16Array): Int16Array => Int16Array.from([...a, ...b]);
        expect(heardTone(mixed(tone(880, 2), new Int16Array(4000)), [440, 880])).toBe(880);
        expect(heardTone(mixed(tone(880, 0.4), new Int16Array(8000)), [440, 880])).toBeUndefined();
        expect(heardTone(noise, [440, 880])).toBeUndefined();
        expect(heardTone(new Int16Array(), [440, 880])).toBeUndefined();
    });
});
