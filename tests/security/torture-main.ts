import { randomBytes } from "node:crypto";
import { answerJob } from "../../process/program";
import { headers, statusOf } from "../sip/message";
import { bytesOf, rightBy, tortureMessages, type Sight, type TortureMessage } from "../sip/torture";
import { openWire, type PhoneAccess, type Wire } from "../sip/wire";

/** Sends all messages to a proxy, one after the other, from a port or connection each. */
export interface TortureJob extends PhoneAccess {
    /** How often all of them. */
    rounds: number;
    /** Milliseconds that a message is waited for, which has to be answered. */
    deadlineMs: number;
}

export interface Sighting {
    name: string;
    /** For each answer that is not provisional, its status, in their order; what was seen in place of one. */
    seen: Sight[];
    /** What came back. */
    answers: string[];
}

/** Milliseconds until a datagram that was not answered is sent again (T1, RFC 3261, section 17.1.1.1). */
const repeatMs = 500;
const probeDeadlineMs = 5000;

const callIdOf = (answer: string): string => headers(answer, "(?:Call-ID|i)")[0] ?? "";
const isFinal = (answer: string): boolean => (statusOf(answer) ?? 0) >= 200;

/** One message, and what came back to where it was sent from. */
class Trial {
    private readonly received: string[] = [];
    /** The connection of a request after the message, if this took another one. */
    private after?: Wire;

    constructor(
        private readonly job: TortureJob,
        private readonly message: TortureMessage,
        private readonly wire: Wire,
    ) {}

    async run(): Promise<void> {
        const wanted = rightBy(this.message, this.job.transport);
        const isAnswered = wanted[0].some((sight) => typeof sight === "number");
        const isEnded = wanted[0].every((sight) => sight === "closed");
        this.wire.send(bytesOf(this.message));
        if (isAnswered || isEnded) await this.receive(wanted.length);
        if (this.finals().length === 0) await this.probe();
    }

    /** Answers that differ: one to a datagram that was repeated counts once. */
    private finals(): string[] {
        const finals = this.received.filter(isFinal);
        const key = (answer: string): string => `${statusOf(answer)} ${callIdOf(answer)}`;
        return finals.filter((answer, n) => finals.findIndex((other) => key(other) === key(answer)) === n);
    }

    private async receive(count: number): Promise<void> {
        const end = Date.now() + this.job.deadlineMs;
        const isRepeated = this.job.transport === "udp";
        while (this.finals().length < count && Date.now() < end && !this.wire.isClosed()) {
            const answer = await this.wire.next(Math.min(isRepeated ? repeatMs : Infinity, end - Date.now()));
            if (answer !== undefined) this.received.push(answer);
            else if (isRepeated && Date.now() < end) this.wire.send(bytesOf(this.message));
        }
    }

    /**
     * Sends OPTIONS on the same way, or over another connection, if the message has ended this one: when OPTIONS is answered, the
     * proxy has read the message, and is alive.
     * @throws Error when it is not answered
     */
    private async probe(): Promise<void> {
        const isBroken = this.job.transport !== "udp" && this.message.rightByStream !== undefined;
        if (!isBroken && (await this.isAnswered(this.wire))) return;
        if (isBroken || this.wire.isClosed()) {
            this.after = await openWire(this.job);
            if (await this.isAnswered(this.after)) return;
        }
        const { name } = this.message;
        throw new Error(`the proxy does not answer OPTIONS by ${this.job.transport} any more, after ${name}`);
    }

    private async isAnswered(wire: Wire): Promise<boolean> {
        const { domain, transport } = this.job;
        const callId = randomBytes(8).toString("hex");
        const request = [
            `OPTIONS sip:${domain} SIP/2.0`,
            `Via: SIP/2.0/${transport.toUpperCase()} ${wire.own};branch=z9hG4bK${callId};rport`,
            ...["Max-Forwards: 70", `From: <sip:probe@${domain}>;tag=${callId}`, `To: <sip:${domain}>`],
            ...[`Call-ID: ${callId}`, "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""],
        ];
        const end = Date.now() + probeDeadlineMs;
        wire.send(request.join("\r\n"));
        while (Date.now() < end && !wire.isClosed()) {
            const answer = await wire.next(end - Date.now());
            if (answer !== undefined && callIdOf(answer) === callId) return statusOf(answer) === 200;
            if (answer !== undefined) this.received.push(answer);
        }
        return false;
    }

    close(): void {
        this.wire.close();
        this.after?.close();
    }

    /** Takes what has come since, too. */
    async sighting(): Promise<Sighting> {
        for (let late = await this.wire.next(0); late !== undefined; late = await this.wire.next(0))
            this.received.push(late);
        const { received: answers } = this;
        const statuses = this.finals().map((answer) => statusOf(answer)!);
        const nothing: Sight = this.wire.isClosed() ? "closed" : "silence";
        return { name: this.message.name, seen: statuses.length > 0 ? statuses : [nothing], answers };
    }
}

/** @returns what was seen of each message, in each round */
async function torture(job: TortureJob): Promise<Sighting[]> {
    const sightings: Sighting[] = [];
    for (let round = 0; round < job.rounds; round++) {
        const trials: Trial[] = [];
        try {
            // they share Call-IDs: side by side, the proxy could take one for another that it is at
            for (const message of tortureMessages) {
                const trial = new Trial(job, message, await openWire(job));
                trials.push(trial);
                await trial.run();
            }
            for (const trial of trials) sightings.push(await trial.sighting());
        } finally {
            trials.forEach((trial) => trial.close());
        }
    }
    return sightings;
}

void answerJob(torture);
