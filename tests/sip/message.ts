/** The status of a response; undefined for a request. */
export const statusOf = (message: string): number | undefined => {
    const status = /^SIP\/2\.0 (\d{3}) /.exec(message)?.[1];
    return status === undefined ? undefined : Number(status);
};

/** All values of a header, in their order. */
export const headers = (message: string, name: string): string[] =>
    [...message.split("\r\n\r\n")[0].matchAll(new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, "gim"))].map(
        ([, value]) => value,
    );

/** Splits a stream into messages by their Content-Length (RFC 3261, section 18.3), and keeps what has not come as a whole. */
export class MessageStream {
    private received = Buffer.alloc(0);

    /** @returns the messages that are complete now */
    take(chunk: Buffer): string[] {
        this.received = Buffer.concat([this.received, chunk]);
        const messages: string[] = [];
        for (;;) {
            const end = this.received.indexOf("\r\n\r\n");
            if (end < 0) return messages;
            const head = this.received.subarray(0, end + 4).toString();
            const length = Number(headers(head, "Content-Length")[0] ?? 0);
            if (this.received.length < end + 4 + length) return messages;
            const message = this.received
                .subarray(0, end + 4 + length)
                .toString()
                .trimStart();
            this.received = this.received.subarray(end + 4 + length);
            if (message) messages.push(message);
        }
    }
}
