import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { askAgent } from "../../../clients/agent";

describe("a question to the agent of the core services", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "agent-"));
    const socket = path.join(dir, "socket");
    let server: net.Server | undefined;

    /** An agent that answers each question with `text`. */
    async function agent(text: string): Promise<string[]> {
        const asked: string[] = [];
        server = net.createServer((connection) => {
            connection.on("data", (question) => {
                asked.push(question.toString());
                connection.end(text);
            });
        });
        await new Promise<void>((done) => server!.listen(socket, done));
        return asked;
    }
    afterEach(async () => {
        await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
        server = undefined;
    });
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    it("is one line of JSON, and its answer is what the command prints", async () => {
        const asked = await agent(JSON.stringify({ out: '{"rendered":[]}', err: "", status: 0 }));
        expect(await askAgent(socket, { command: "render", kind: "certs" })).toBe('{"rendered":[]}');
        expect(asked).toEqual(['{"command":"render","kind":"certs"}\n']);
    });

    it.each([
        ["its words, where it fails", { out: "{}", err: "not in place: openbao-cert", status: 1 }, /^not in place: /],
        ["its status, where it says nothing", { out: "", err: "", status: 7 }, /says no more than status 7$/],
    ])("is an error with %s", async (_, answer, expected) => {
        await agent(JSON.stringify(answer));
        await expect(askAgent(socket, { command: "status" })).rejects.toThrow(expected);
    });

    it("is an error where the agent ends before it has answered", async () => {
        await agent('{"out":');
        await expect(askAgent(socket, { command: "status" })).rejects.toThrow(`the agent at ${socket} ended before it`);
    });

    it("is an error at once where none runs, unless it is waited for", async () => {
        await expect(askAgent(socket, { command: "status" })).rejects.toThrow("ENOENT");
        const answer = askAgent(socket, { command: "status" }, 10_000);
        await agent(JSON.stringify({ out: "{}", err: "", status: 0 }));
        expect(await answer).toBe("{}");
    });
});
