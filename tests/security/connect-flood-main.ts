import { connect } from "node:net";
import { answerJob } from "../../process/program";

/** Many connections from one address, all at once. */
export interface ConnectFloodJob {
    host: string;
    port: number;
    address: string;
    count: number;
    /** Milliseconds in which those are counted that are accepted. */
    duringMs: number;
}

async function flood({ host, port, address, count, duringMs }: ConnectFloodJob): Promise<number> {
    let accepted = 0;
    const sockets = Array.from({ length: count }, () =>
        connect({ host, port, localAddress: address })
            .on("connect", () => accepted++)
            .on("error", () => undefined),
    );
    await new Promise((wake) => setTimeout(wake, duringMs));
    for (const socket of sockets) socket.destroy();
    return accepted;
}

void answerJob(flood);
