/** RTPEngine's own counters since it started. */
export interface ForwardingCounters {
    kernelPackets: number;
    userspacePackets: number;
    /** Sessions that are up now; their packets are counted when they end. */
    sessions: number;
}

/** The shell command on a media server that prints the counters. */
export const totalsCommand = (cliPort: number): string => `rtpengine-ctl -ip 127.0.0.1 -port ${cliPort} list totals`;

const counter = (text: string, name: RegExp): number | undefined => {
    const found = name.exec(text);
    return found ? Number(found[1]) : undefined;
};

/** Parses `rtpengine-ctl list totals`. @throws Error if the counters are missing. */
export function parseTotals(text: string): ForwardingCounters {
    const kernelPackets = counter(text, /Total relayed packets \(kernel\)\s*:\s*(\d+)/i);
    const userspacePackets = counter(text, /Total relayed packets \(userspace\)\s*:\s*(\d+)/i);
    if (kernelPackets === undefined || userspacePackets === undefined) {
        throw new Error(`no packet counters in what rtpengine-ctl said: ${text.slice(0, 300)}`);
    }
    return { kernelPackets, userspacePackets, sessions: counter(text, /Owned sessions\s*:\s*(\d+)/i) ?? 0 };
}
