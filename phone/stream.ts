/** Counters of one phone's RTP session at one moment. */
export interface StreamCounters {
    /** RTP packets sent since the call was answered. */
    sent: number;
    /** RTP packets received, over all synchronisation sources. */
    received: number;
    /** SRTP keys are in use in both directions. */
    secure: boolean;
    /** Payload type's name as negotiated, such as `PCMA`; undefined before the answer. */
    codec?: string;
}

/**
 * Parses baresip's `audio_debug` answer. Its counters are exact and current, unlike those of `rtcpsummary`, which are as old as
 * the last RTCP report.
 * @throws Error if the text has no RTP counters.
 */
export function parseAudioDebug(text: string): StreamCounters {
    const sent = /TX: packets=(\d+)/.exec(text);
    if (!sent) throw new Error(`no RTP counters in the phone's answer: ${text.slice(0, 200)}`);
    const received = [...text.matchAll(/rcvd=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    return {
        sent: Number(sent[1]),
        received,
        secure: /secure=yes/.test(text),
        codec: /tx:\s+encode: (\w+) \d+Hz/.exec(text)?.[1],
    };
}
