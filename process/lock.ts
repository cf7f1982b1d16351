import * as net from "node:net";
import { waitFor } from "./wait";

/**
 * Runs `work` while no other process on this host (precisely: in this network namespace) runs work under the same name. The
 * lock is an abstract Unix socket (unix(7)): it leaves no file and ends with this process, however this ends.
 * @throws Error if another process holds the lock for two minutes.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const socket = await waitFor(`another ./voip to finish with ${name}`, () => bind(`\0${name}`), {
        deadlineMs: 120_000,
    });
    try {
        return await work();
    } finally {
        await new Promise((closed) => socket.close(closed));
    }
}

function bind(address: string): Promise<net.Server | undefined> {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once("error", (error: NodeJS.ErrnoException) =>
            error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
        );
        server.listen(address, () => resolve(server));
    });
}
