import * as dgram from "node:dgram";
import * as fc from "fast-check";
import { bdecode, bencode, type NgValue } from "../../../clients/rtpengine/bencode";
import { NgClient } from "../../../clients/rtpengine/ng";

const values = fc.letrec<{ value: NgValue }>((tie) => ({
    value: fc.oneof(
        { depthSize: "small" },
        fc.integer(),
        fc.string({ unit: "grapheme-ascii" }),
        fc.array(tie("value")),
        fc.dictionary(fc.string({ unit: "grapheme-ascii" }), tie("value"), { noNullPrototype: true }),
    ),
})).value;

describe("bencoding", () => {
    it("is what RTPEngine reads", () => {
        expect(bencode({ command: "ping", "call-id": "x", flags: ["a"], port: 7 })).toBe(
            "d7:command4:ping7:call-id1:x5:flagsl1:ae4:porti7ee",
        );
    });

    it("gives back what was encoded", () => {
        fc.assert(fc.property(values, (value) => expect(bdecode(bencode(value))).toEqual(value)));
    });

    it("treats every key as a key", () => {
        expect(Object.entries(bdecode("d9:__proto__i1ee"))).toEqual([["__proto__", 1]]);
    });

    it.each(["", "x", "5:ab", "i7", "d3:keye", "di1ei2ee"])("refuses %j", (text) => {
        expect(() => bdecode(text)).toThrow();
    });
});

describe("the ng client", () => {
    const server = dgram.createSocket("udp4");
    let requests = 0;
    beforeAll(async () => {
        server.on("message", (message, { port, address }) => {
            const [cookie, body] = message.toString().split(/ (.*)/s);
            const { command } = bdecode(body) as { command: string };
            if (++requests === 1) return; // lost on the way
            const refused: NgValue = { result: "error", "error-reason": "Unknown call-id" };
            const answer: NgValue = command === "ping" ? { result: "pong" } : refused;
            server.send(`${cookie} ${bencode(answer)}`, port, address);
        });
        await new Promise<void>((bound) => server.bind(0, "127.0.0.1", bound));
    });
    afterAll(() => server.close());

    it("asks again when a request is lost, and says why one is refused", async () => {
        const client = new NgClient("127.0.0.1", server.address().port);
        await expect(client.request("ping")).resolves.toEqual({ result: "pong" });
        expect(requests).toBe(2);
        await expect(client.request("delete", { "call-id": "x" })).rejects.toThrow("Unknown call-id");
        client.close();
    });
});
