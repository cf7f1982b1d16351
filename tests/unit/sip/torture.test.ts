import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { bytesOf, rightBy, tortureMessages } from "../../sip/torture";

const folder = path.join(__dirname, "..", "..", "sip", "torture");
const textOf = (name: string): string => bytesOf({ name }).toString("latin1");
const bodyOf = (name: string): string => textOf(name).slice(textOf(name).indexOf("\r\n\r\n") + 4);

/** Each message's values of Content-Length. */
const lengths = (name: string): string[] =>
    [
        ...textOf(name)
            .split("\r\n\r\n")[0]
            .matchAll(/^(?:Content-Length|l)\s*:\s*(\S+)/gim),
    ].map(([, value]) => value);

/** Those whose Content-Length is what they are there for, and three that the RFC counted otherwise. */
const otherLengths: Record<string, { says: string[]; has: number }> = {
    clerr: { says: ["9999"], has: 154 },
    dblreq: { says: ["0"], has: 450 },
    inv2543: { says: [], has: 105 },
    mcl01: { says: ["13", "5"], has: 67 },
    ncl: { says: ["-999"], has: 152 },
    "ipv4-mapped-ipv6": { says: ["236"], has: 245 },
    "ipv6-in-sdp": { says: ["268"], has: 251 },
    "mult-ip-in-sdp": { says: ["181"], has: 189 },
};

describe("the torture messages", () => {
    it("are the 49 of RFC 4475 and the 12 of RFC 5118, each once, in a file each", () => {
        const names = tortureMessages.map(({ name }) => name);
        const files = fs.readdirSync(folder).flatMap((file) => (file.endsWith(".dat") ? [path.parse(file).name] : []));
        expect([...names].sort()).toEqual(files.sort());
        expect(new Set(names).size).toBe(names.length);
        const sections = (rfc: number) => tortureMessages.filter((message) => message.rfc === rfc);
        expect([sections(4475).length, sections(5118).length]).toEqual([49, 12]);
        expect(new Set(sections(4475).map(({ section }) => section)).size).toBe(49);
        expect(new Set(sections(5118).map(({ section }) => section)).size).toBe(10);
    });

    it.each([
        [4475, "093cf17b4d44144551291dc0027ee7e1464d3f3c01092f972665f3d2ddbcebef"],
        [5118, "7fc72c75ea962f452574b9304ae567290317b75cdb57ad6ba2d9da17bc721a75"],
    ])("have all their octets: RFC %i", (rfc, sha256) => {
        const messages = tortureMessages.filter((message) => message.rfc === rfc);
        const digest = messages.reduce((hash, message) => hash.update(bytesOf(message)), createHash("sha256"));
        expect(digest.digest("hex")).toBe(sha256);
    });

    it("are named in their Call-IDs, where the RFC does so", () => {
        const unnamed = tortureMessages.filter(({ name, rfc }) => rfc === 4475 && !textOf(name).includes(`: ${name}.`));
        expect(unnamed.map(({ name }) => name)).toEqual(["transports", "mpart01", "insuf"]);
    });

    it.each(tortureMessages)("have CRLF at the end of each line, and an empty line: $name", ({ name }) => {
        const text = name === "mpart01" ? textOf(name).split("\r\n\r\n0\x82")[0] : textOf(name);
        expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        expect(textOf(name)).toContain("\r\n\r\n");
    });

    it.each(tortureMessages)("have the Content-Length that the RFC gives them: $name", ({ name }) => {
        const { says, has } = otherLengths[name] ?? { says: [String(bodyOf(name).length)], has: bodyOf(name).length };
        expect({ says: lengths(name), has: bodyOf(name).length }).toEqual({ says, has });
    });

    it("are one after the other in dblreq", () => {
        expect(textOf("dblreq").match(/^[A-Z]+ \S+ SIP\/2\.0\r$/gm)).toEqual([
            "REGISTER sip:example.com SIP/2.0\r",
            "INVITE sip:joe@example.com SIP/2.0\r",
        ]);
        const message = tortureMessages.find(({ name }) => name === "dblreq")!;
        expect([rightBy(message, "udp").length, rightBy(message, "tls").length]).toEqual([1, 2]);
    });

    it.each([
        ["intmeth", "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f"],
        ["intmeth", Buffer.from("работающий").toString("latin1")],
        ["intmeth", Buffer.from("\ufeff大停電").toString("latin1")],
        ["unreason", Buffer.from("= 2**3 * 5**2 но сто девяносто девять - простое\r\n").toString("latin1")],
        ["noreason", "SIP/2.0 100 \r\n"],
        ["trws", "SIP/2.0  \r\n"],
        ["lwsstart", "INVITE  sip:user@example.com  SIP/2.0\r\n"],
        ["wsinv", "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"],
        ["wsinv", 'from   : "J Rosenberg \\\\\\""       <'],
        ["esc02", "\r\nC%6Fntact: <"],
        ["scalar02", `Expires: 1${"0".repeat(100)}\r\n`],
        ["longreq", `;tag=12${"982".repeat(50)}424;`],
        ["longreq", `;branch=very${"long".repeat(50)}branchvalue\r\n`],
        ["mpart01", "\r\n\r\n0\x82\x01R\x06\x09*\x86H\x86\xf7\r\x01\x07\x02"],
        ["dblreq", "\r\nm =video 3227"],
    ])("have their odd octets: %s, %j", (name, octets) => {
        expect(textOf(name)).toContain(octets);
    });

    it.each(tortureMessages)("that are responses get none: $name", ({ name, right }) => {
        expect(right.includes("silence")).toBe(textOf(name).startsWith("SIP/2.0 "));
    });
});
