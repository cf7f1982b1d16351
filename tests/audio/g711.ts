/** Samples a second of every G.711 stream (RFC 3551, section 4.5.14). */
export const sampleRate = 8000;

/** Encodes 16-bit linear samples as A-law octets (ITU-T G.711, table 1a; even bits inverted). */
export function encodeAlaw(samples: Int16Array): Buffer {
    return Buffer.from(samples.map(encodeSample));
}

function encodeSample(sample: number): number {
    const sign = sample >= 0 ? 0x80 : 0;
    let magnitude = Math.min(sample >= 0 ? sample >> 3 : (-sample - 1) >> 3, 0xfff); // 13 bits: sign and 12 of magnitude
    let exponent = 0;
    if (magnitude >= 32) {
        exponent = Math.floor(Math.log2(magnitude)) - 4;
        magnitude >>= exponent;
    } else {
        magnitude >>= 1;
    }
    return (sign | (exponent << 4) | (magnitude & 0x0f)) ^ 0x55;
}

/** Decodes A-law octets to 16-bit linear samples. */
export function decodeAlaw(octets: Uint8Array): Int16Array {
    return Int16Array.from(octets, (octet) => {
        const code = octet ^ 0x55;
        const exponent = (code >> 4) & 7;
        const mantissa = ((code & 0x0f) << 4) + 8;
        const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
        return code & 0x80 ? magnitude : -magnitude;
    });
}
