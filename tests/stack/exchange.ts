import { runProgram } from "../../process/program";
import type { PhoneRequest } from "../sip/dialog";
import type { ExchangeJob, ExchangeReport } from "../sip/exchange-main";
import { statusOf } from "../sip/message";
import { enterPhones, outputs } from "./platform";

export type { PhoneRequest } from "../sip/dialog";

/** A phone of an extension that sends what it likes, from one of the lab's addresses for phones. */
export class FreePhone {
    constructor(
        readonly user: string,
        readonly address: string,
        private readonly transport: ExchangeJob["transport"],
    ) {}

    /** @returns all that came back after each request */
    async exchange(
        requests: PhoneRequest[],
        options: Partial<Pick<ExchangeJob, "deadlineMs" | "password">> = {},
    ): Promise<ExchangeReport> {
        const { proxies, ca, sipDomain: domain, extensions } = await outputs();
        const { external: host, ports } = proxies[0];
        const { user, address, transport } = this;
        const { password } = extensions[user];
        const job: ExchangeJob = {
            ...{ transport, host, port: ports[transport], address, ca, domain, user, password, requests },
            ...options,
        };
        return runProgram<ExchangeReport>("tests/sip/exchange-main.ts", job, (argv) => [...enterPhones, ...argv]);
    }

    /** @returns the status of the last answer to each request; undefined if there was none */
    async statuses(requests: PhoneRequest[], options: { deadlineMs?: number } = {}): Promise<(number | undefined)[]> {
        const report = await this.exchange(requests, options);
        return report.map((messages) => statusOf(messages.at(-1) ?? ""));
    }

    /** Registers with a password. @returns the status of the last answer */
    async guess(password: string): Promise<number | undefined> {
        const [messages] = await this.exchange([{ method: "REGISTER" }], { password });
        return statusOf(messages.at(-1) ?? "");
    }

    /** Removes all registrations of the extension (RFC 3261, section 10.2.2). */
    async forget(): Promise<void> {
        await this.exchange([{ method: "REGISTER", contact: "*", expires: 0 }]);
    }
}
