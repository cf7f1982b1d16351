import * as fs from "node:fs";
import { serverState } from "../../clients/vault/health";
import { answerJob } from "../../process/program";
import { waitFor } from "../../process/wait";

export interface ActiveJob {
    /** URL. */
    address: string;
    /** File with the certificates (PEM) to check the server's against. */
    caFile: string;
}

/** It unseals by itself within seconds; on a busy machine it takes longer. */
const deadlineMs = 120_000;

// in the lab's network, where OpenBao is
void answerJob(async ({ address, caFile }: ActiveJob): Promise<string> => {
    const ask = async (): Promise<string> => {
        const state = await serverState({ address, ca: fs.readFileSync(caFile, "utf8") });
        if (state !== "active") throw new Error(state);
        return state;
    };
    return waitFor("OpenBao to be active again", ask, { deadlineMs });
});
