import type { DockerApi } from "../../../clients/docker/api";
import { lastLines, lastWords } from "../../../clients/docker/logs";
import * as session from "../../../clients/docker/session";

jest.mock("../../../clients/docker/session");

/** A frame of Docker's stream format: 1 is standard output, 2 standard error. */
const frame = (stream: 1 | 2, text: string): Buffer => {
    const payload = Buffer.from(text);
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(payload.length, 4);
    return Buffer.concat([head, payload]);
};

const asked: unknown[] = [];
const daemon = (answer: unknown) =>
    ({
        call: async (...request: unknown[]) => {
            asked.push(request);
            if (answer instanceof Error) throw answer;
            return answer;
        },
    }) as unknown as DockerApi;
beforeEach(() => asked.splice(0));

test("what a container printed last is put together from its frames, whatever their length", async () => {
    const long = "x".repeat(300);
    const answer = Buffer.concat([frame(1, "starting ü\n"), frame(2, `${long}\n`), frame(1, ""), frame(1, "failed\n")]);
    expect(await lastLines(daemon(answer), "openbao")).toBe(`starting ü\n${long}\nfailed`);
    expect(asked).toEqual([["GET", "/containers/openbao/logs", { query: { stdout: "1", stderr: "1", tail: "15" } }]]);
});

test("of a container whose standard output is a log, only the errors are asked for", async () => {
    jest.mocked(session.withDocker).mockImplementation(async (_host, work) => work(daemon(frame(2, "sealed\n"))));
    expect(await lastWords("unix:///d", "openbao", ["stderr"])).toBe("; it printed last:\nsealed");
    expect(asked).toEqual([["GET", "/containers/openbao/logs", { query: { stderr: "1", tail: "15" } }]]);
});

test.each([
    ["nothing was printed", Buffer.alloc(0)],
    ["Docker can't say", new Error("no such container")],
    ["Docker says something else", { message: "x" }],
])("it is empty where %s", async (_what, answer) => {
    expect(await lastLines(daemon(answer), "openbao")).toBe("");
});

test("an error about a container ends with it, or says nothing of it", async () => {
    const answer = (text: string) =>
        jest.mocked(session.withDocker).mockImplementation(async (_host, work) => work(daemon(frame(2, text))));
    answer("sealed\n");
    expect(await lastWords("unix:///d", "openbao")).toBe("; it printed last:\nsealed");
    answer("");
    expect(await lastWords("unix:///d", "openbao")).toBe("");
});
