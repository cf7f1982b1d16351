/** One SIP message as seen by a phone on the wire, with its source and destination addresses. */
export interface TracedMessage {
    transport: "udp" | "tcp" | "tls";
    from: string;
    to: string;
    startLine: string;
    /** Header values by lower-case name, in order. */
    headers: Map<string, string[]>;
    body: string;
}

const escape = String.fromCharCode(27);
const colours = new RegExp(`${escape}\\[[0-9;]*m`, "g");
const messageStart = /^(UDP|TCP|TLS) ([\d.]+):\d+ -> ([\d.]+):\d+$/;

/** Parses the SIP trace that `baresip -s` prints between its other lines. */
export function parseTrace(log: string): TracedMessage[] {
    const lines = log.replace(colours, "").replace(/\r/g, "").split("\n");
    const messages: TracedMessage[] = [];
    for (let i = 0; i < lines.length; i++) {
        const start = messageStart.exec(lines[i]);
        if (!start || lines[i - 1] !== "#") continue;
        const end = lines.indexOf("", i);
        const headers = new Map<string, string[]>();
        for (const line of lines.slice(i + 2, end)) {
            const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
            if (name) headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
        }
        const length = Number(headers.get("content-length")?.[0] ?? 0);
        messages.push({
            transport: start[1].toLowerCase() as TracedMessage["transport"],
            from: start[2],
            to: start[3],
            startLine: lines[i + 1],
            headers,
            // lines were joined by CRLF on the wire: a body never has more characters than Content-Length
            body: lines
                .slice(end + 1)
                .join("\n")
                .slice(0, length),
        });
    }
    return messages;
}

const isInvite = (message: TracedMessage): boolean => message.startLine.startsWith("INVITE ");

const isAnswerToInvite = (message: TracedMessage): boolean =>
    /^SIP\/2\.0 2\d\d/.test(message.startLine) && /INVITE/.test(message.headers.get("cseq")?.[0] ?? "");

const mediaAddress = (message: TracedMessage): string | undefined => /^c=IN IP4 ([\d.]+)/m.exec(message.body)?.[1];

/** The path of a call, from the phones' own SIP traces. */
export interface CallEvidence {
    /** Transport of the caller's INVITE that was answered. */
    transport?: TracedMessage["transport"];
    /**
     * Addresses that the phones saw, in the order in which the call passed them: the destination of the INVITE, the media address
     * for the caller (SDP of the answer), the source of the callee's INVITE, and the media address for the callee.
     */
    addresses: string[];
}

export function callEvidence(caller: TracedMessage[], callee: TracedMessage[] = []): CallEvidence {
    const dialled = caller.filter(isInvite).at(-1);
    const answer = caller.filter(isAnswerToInvite).at(-1);
    const arrived = callee.filter(isInvite)[0] as TracedMessage | undefined;
    const addresses = [dialled?.to, answer && mediaAddress(answer), arrived?.from, arrived && mediaAddress(arrived)];
    return { transport: dialled?.transport, addresses: addresses.filter((address) => address !== undefined) };
}

/** The status line that ended a call attempt, such as `486 Busy Here`; undefined if there was none. */
export function refusal(caller: TracedMessage[]): string | undefined {
    return caller
        .filter((message) => /INVITE/.test(message.headers.get("cseq")?.[0] ?? ""))
        .map((message) => /^SIP\/2\.0 ([3-6]\d\d .*)$/.exec(message.startLine)?.[1])
        .filter((status) => status !== undefined && !/^40[17]/.test(status))
        .at(-1);
}

/** False once the proxy has answered the request to remove a registration (RFC 3261, section 10.2.2). */
export function isRegistering(trace: TracedMessage[]): boolean {
    const register = trace.filter((message) => message.headers.get("cseq")?.[0].endsWith(" REGISTER"));
    const request = register.findIndex(
        ({ startLine, headers }) =>
            startLine.startsWith("REGISTER ") && headers.get("contact")?.[0].endsWith(";expires=0"),
    );
    return request < 0 || !register.slice(request).some(({ startLine }) => startLine.startsWith("SIP/2.0 200"));
}
