/** First and last port of audio, for every service that has some: RTP and RTCP, two for each stream. */
export const mediaPorts = { rtpMin: 10000, rtpMax: 20000 } as const;
