import { answerJob } from "../../process/program";
import { Dialog, type PhoneRequest } from "./dialog";
import { openWire, type PhoneAccess } from "./wire";

export interface ExchangeJob extends PhoneAccess {
    requests: PhoneRequest[];
}

/** All that came back after each request, until a final response; a call that was answered has been ended. */
export type ExchangeReport = string[][];

/** Sends requests one after the other, each as the first of a call of its own. */
async function exchange(job: ExchangeJob): Promise<ExchangeReport> {
    const wire = await openWire(job);
    try {
        const report: ExchangeReport = [];
        let challenge: string | undefined;
        for (const request of job.requests) {
            const answered = await new Dialog(job, wire, request).run(challenge);
            challenge = answered.challenge;
            report.push(answered.messages);
        }
        return report;
    } finally {
        wire.close();
    }
}

void answerJob(exchange);
