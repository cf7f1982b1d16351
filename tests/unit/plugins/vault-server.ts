import * as http from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

/** Stands in for OpenBao: notes down what it is asked, and answers with the data that a path has. */
export class FakeVault {
    readonly asked: { line: string; body?: Json }[] = [];
    /** By path: data of GET; by `POST path`: of POST. A number is a status. */
    answers: Record<string, Json | number> = {};

    private constructor(private readonly server: http.Server) {
        server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
            let text = "";
            request.on("data", (chunk: Buffer) => (text += chunk.toString()));
            request.on("end", () => {
                const path = decodeURIComponent((request.url ?? "").replace("/v1/", ""));
                const line = `${request.method} ${path}`;
                this.asked.push({ line, ...(text ? { body: JSON.parse(text) as Json } : {}) });
                const answer = this.answers[request.method === "GET" ? path : line];
                if (typeof answer === "number") response.writeHead(answer).end(JSON.stringify({ errors: ["refused"] }));
                else if (answer) response.end(JSON.stringify({ data: answer }));
                else response.writeHead(request.method === "GET" ? 404 : 204).end();
            });
        });
    }

    static async start(): Promise<FakeVault> {
        const server = http.createServer();
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        return new FakeVault(server);
    }

    get address(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Lines of what was asked since the last time, those that look left out. */
    changes(): { line: string; body?: Json }[] {
        return this.asked.splice(0).filter(({ line }) => !line.startsWith("GET "));
    }

    async stop(): Promise<void> {
        await new Promise((closed) => this.server.close(closed));
    }
}
