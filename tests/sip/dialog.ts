import { randomBytes } from "node:crypto";
import { authorization } from "./digest";
import { headers, statusOf } from "./message";
import type { PhoneAccess, Wire } from "./wire";

/** A request of a phone that does as it likes. */
export interface PhoneRequest {
    method: "REGISTER" | "INVITE" | "OPTIONS";
    /** The callee; the phone's own user if there is none. */
    to?: string;
    /** Address in the first line, in place of the usual one. */
    uri?: string;
    /** Whole header lines, besides those that every request has. */
    more?: string[];
    /** Default: the address of the phone's own connection. */
    contact?: string;
    /** Seconds that a registration is good for; 60 by default. */
    expires?: number;
    body?: string;
    /** Media type of the body; application/sdp by default. */
    type?: string;
    /** Milliseconds of silence before it. */
    waitMs?: number;
    /** Milliseconds between the answer and the hang-up. */
    talkMs?: number;
    /** Says during the call that it has ended, with a tag that is not the call's. */
    falseEnd?: true;
    /** Answers the challenge of the request before this one, for the how manieth time; else the request gets one of its own. */
    reuse?: number;
}

/** The first request of a call or registration, and what follows it. */
export class Dialog {
    private readonly callId = randomBytes(8).toString("hex");
    private readonly tag = randomBytes(4).toString("hex");
    private sequence = 0;
    private branch = "";

    constructor(
        private readonly job: PhoneAccess,
        private readonly wire: Wire,
        private readonly request: PhoneRequest,
        /** What the phone does while its call is up, from the answer on; it hangs up after that. */
        private readonly talk: (answer: string) => Promise<void> = () =>
            new Promise((wake) => setTimeout(wake, request.talkMs ?? 0)),
    ) {}

    get uri(): string {
        const { domain, user } = this.job;
        const { method, to, uri } = this.request;
        if (uri) return uri;
        return method === "REGISTER" ? `sip:${domain}` : `sip:${to ?? user}@${domain}`;
    }

    /** Sends the request, again with an answer to the challenge. @returns what came back, and the last challenge */
    async run(challenge?: string): Promise<{ messages: string[]; challenge?: string }> {
        const { method, reuse, waitMs = 0 } = this.request;
        if (waitMs > 0) await new Promise((wake) => setTimeout(wake, waitMs));
        const first = await this.exchange(reuse ? challenge : undefined, reuse);
        const asked = headers(first.at(-1) ?? "", "(?:WWW|Proxy)-Authenticate")[0];
        if (!asked || reuse) return { messages: first, challenge };
        const messages = [...first, ...(await this.exchange(asked))];
        if (method === "INVITE" && statusOf(messages.at(-1) ?? "") === 200)
            messages.push(...(await this.hangUp(messages.at(-1)!)));
        return { messages, challenge: asked };
    }

    private async exchange(challenge?: string, count = 1): Promise<string[]> {
        const { method, more = [], body = "", type = "application/sdp" } = this.request;
        const scheme = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
        const proof = challenge ? [`${scheme}: ${authorization(this.job, method, this.uri, challenge, count)}`] : [];
        const typed = body ? [`Content-Type: ${type}`] : [];
        const messages = await this.transact(method, this.uri, [...proof, ...more, ...typed], body);
        const last = messages.at(-1) ?? "";
        // it is part of the transaction: same branch (RFC 3261, section 17.1.1.3)
        if (method === "INVITE" && (statusOf(last) ?? 0) >= 300)
            this.send("ACK", this.uri, [headers(last, "To")[0]], "", this.branch);
        return messages;
    }

    private async hangUp(answer: string): Promise<string[]> {
        const target = /<([^>]+)>/.exec(headers(answer, "Contact")[0])?.[1] ?? this.uri;
        const routes = headers(answer, "Record-Route")
            .flatMap((value) => value.split(/,\s*(?=<)/))
            .reverse();
        const to = headers(answer, "To")[0];
        const route = routes.map((value) => `Route: ${value}`);
        this.send("ACK", target, [to, ...route]);
        if (this.request.falseEnd) await this.transact("BYE", target, route, "", `${to}0`);
        await this.talk(answer);
        return this.transact("BYE", target, route, "", to);
    }

    private async transact(method: string, uri: string, more: string[], body: string, to?: string): Promise<string[]> {
        this.sequence++;
        const { domain, user } = this.job;
        this.send(method, uri, [to ?? `<sip:${this.request.to ?? user}@${domain}>`, ...more], body);
        const messages: string[] = [];
        for (;;) {
            const message = await this.wire.next(this.job.deadlineMs ?? 10_000);
            if (message === undefined) return messages;
            if (!headers(message, "Call-ID").includes(this.callId)) continue; // an answer that came again
            if (message.startsWith("BYE ")) messages.push(message);
            if (!headers(message, "CSeq").includes(`${this.sequence} ${method}`)) continue;
            messages.push(message);
            if ((statusOf(message) ?? 0) >= 200) return messages;
        }
    }

    private send(
        method: string,
        uri: string,
        [to, ...more]: string[],
        body = "",
        branch = `z9hG4bK${randomBytes(8).toString("hex")}`,
    ): void {
        this.branch = branch;
        const { transport, user, domain } = this.job;
        const { own } = this.wire;
        const lines = [
            `${method} ${uri} SIP/2.0`,
            `Via: SIP/2.0/${transport.toUpperCase()} ${own};branch=${branch};rport`,
            "Max-Forwards: 70",
            `From: <sip:${user}@${domain}>;tag=${this.tag}`,
            `To: ${to}`,
            `Call-ID: ${this.callId}`,
            `CSeq: ${this.sequence} ${method}`,
            `Contact: ${this.request.contact ?? `<sip:${user}@${own};transport=${transport}>`}`,
            ...(method === "REGISTER" ? [`Expires: ${this.request.expires ?? 60}`] : []),
            ...more,
            `Content-Length: ${Buffer.byteLength(body)}`,
        ];
        this.wire.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
    }
}
