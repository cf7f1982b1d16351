export type NgValue = string | number | NgValue[] | { [key: string]: NgValue };

/** Bencoding, as RTPEngine's ng control protocol uses it (docs/ng_control_protocol.md of rtpengine). */
export function bencode(value: NgValue): string {
    if (typeof value === "number") return `i${value}e`;
    if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
    if (Array.isArray(value)) return `l${value.map(bencode).join("")}e`;
    return `d${Object.entries(value)
        .map(([key, entry]) => bencode(key) + bencode(entry))
        .join("")}e`;
}

/** @throws Error if the text is not one bencoded value. */
export function bdecode(text: string): NgValue {
    let at = 0;
    const until = (mark: string): string => {
        const end = text.indexOf(mark, at);
        if (end < 0) throw new Error(`not bencoded at ${at}: ${text.slice(at, at + 40)}`);
        const part = text.slice(at, end);
        at = end + 1;
        return part;
    };
    const take = (): NgValue => {
        switch (text[at]) {
            case "i":
                at++;
                return Number(until("e"));
            case "l": {
                const list: NgValue[] = [];
                for (at++; text[at] !== "e";) list.push(take());
                at++;
                return list;
            }
            case "d": {
                const entries: [string, NgValue][] = [];
                for (at++; text[at] !== "e";) {
                    const key = take();
                    if (typeof key !== "string") throw new Error(`not bencoded, a key must be text: ${text}`);
                    entries.push([key, take()]);
                }
                at++;
                return Object.fromEntries(entries); // an assignment would treat the key __proto__ as the prototype
            }
            default: {
                const length = Number(until(":"));
                const part = text.slice(at, at + length);
                if (!Number.isInteger(length) || part.length < length) throw new Error(`not bencoded: ${text}`);
                at += length;
                return part;
            }
        }
    };
    return take();
}
