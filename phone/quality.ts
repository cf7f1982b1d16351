/** What one side of a call heard. */
export interface Reception {
    /** Share of the packets that did not arrive, 0 to 1. */
    lossRatio: number;
    /** Interarrival jitter (RFC 3550, section 6.4.1), milliseconds. */
    jitterMs: number;
    /** One way, in the network, milliseconds. */
    networkDelayMs: number;
}

const packetisationMs = 20;

/**
 * Mean opinion score of G.711 by the E-model (ITU-T G.107), 1 to 4.5.
 *
 * R = 93.2 - Id - Ie,eff, all other parameters at their defaults.
 * Id = 0.024 d + 0.11 (d - 177.3) H(d - 177.3) with d the mouth-to-ear delay: packetisation, the network, and a jitter
 * buffer of twice the jitter (Cole and Rosenbluth's approximation of G.107's Idd).
 * Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl) with G.113 appendix I's values of G.711 without packet loss concealment,
 * Ie = 0 and Bpl = 4.3, and random loss (BurstR = 1).
 */
export function meanOpinionScore({ lossRatio, jitterMs, networkDelayMs }: Reception): number {
    const delay = packetisationMs + networkDelayMs + 2 * jitterMs;
    const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
    const lossPercent = 100 * lossRatio;
    const equipmentImpairment = (95 * lossPercent) / (lossPercent + 4.3);
    const rating = 93.2 - delayImpairment - equipmentImpairment;
    if (rating <= 0) return 1;
    const score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
    return Math.round(Math.max(1, score) * 100) / 100;
}
