import * as fs from "node:fs";
import * as path from "node:path";

/** What somebody who sends a message sees: a final status, nothing, or (of a stream) the end of the connection without an answer. */
export type Sight = number | "silence" | "closed";

/** A message of RFC 4475 or RFC 5118, in the file `NAME.dat` beside this one. */
export interface TortureMessage {
    /** As in the RFC. */
    name: string;
    rfc: 4475 | 5118;
    section: string;
    what: string;
    /** Whether its syntax and its header fields are right. A response is valid, or not, for whoever had sent the request. */
    isValid: boolean;
    /** Each of these is right, by UDP and by a stream. */
    right: readonly Sight[];
    /** In place of `right`, where the message can't be told from what follows it in a stream (RFC 3261, section 18.3). */
    rightByStream?: readonly Sight[];
    /** In a stream, the rest is another request; each of these is right for that one. */
    nextInStream?: readonly Sight[];
}

/*
 * What is right for this platform's proxy. Each message is sent as it is: even its topmost Via stays, as the proxy answers to where a
 * request came from (RFC 3581). So each request is for somebody else's domain, and is without a password, a route and a call.
 */

/** A call needs a password, before the proxy says anything about the callee (RFC 3261, section 22.3). */
const call: readonly Sight[] = [407];
/** The registrar has one domain (RFC 3261, section 10.3, step 1: it may refuse, as well as forward). */
const registration: readonly Sight[] = [403];
/** A request of a call that there is not, or without a route (RFC 3261, sections 12.2.2 and 16.4). */
const withinCall: readonly Sight[] = [404, 481];
/** A method that the proxy does not relay, or OPTIONS for somebody else (RFC 3261, section 8.2.1). */
const method: readonly Sight[] = [405];
/** A response to no request of the proxy goes nowhere (RFC 3261, section 18.1.2; RFC 6026, section 7.3). */
const response: readonly Sight[] = ["silence"];
const malformed: readonly Sight[] = [400];
/** RFC 4475 lets an element be liberal here. */
const orMalformed = (right: readonly Sight[]): readonly Sight[] => [400, ...right];
/** The proxy waits for the rest, or gives up (RFC 4475, section 3.1.2.2); or the message is to be dropped as it is no message. */
const dropped: readonly Sight[] = ["silence", "closed"];
/** "The framing error is not recoverable, and the connection should be closed" (RFC 4475, section 3.1.2.3). */
const unframed: readonly Sight[] = ["closed"];

/** RFC 4475, section 3.1.1: "This group of messages is valid". */
const valid: Omit<TortureMessage, "rfc" | "isValid">[] = [
    {
        name: "wsinv",
        section: "3.1.1.1",
        what: "INVITE with a To tag, folded and spaced wherever it may be",
        right: withinCall,
    },
    { name: "intmeth", section: "3.1.1.2", what: "method, URI and tokens of unusual characters, UTF-8", right: method },
    { name: "esc01", section: "3.1.1.3", what: "INVITE with % escapes", right: call },
    { name: "escnull", section: "3.1.1.4", what: "REGISTER of users with an escaped NUL", right: registration },
    {
        name: "esc02",
        section: "3.1.1.5",
        what: "% in a method and in the name of a header field: it escapes nothing there",
        right: method,
    },
    { name: "lwsdisp", section: "3.1.1.6", what: "OPTIONS without a space between display name and <", right: method },
    { name: "longreq", section: "3.1.1.7", what: "INVITE with long values, and 34 Vias", right: call },
    {
        ...{
            name: "dblreq",
            section: "3.1.1.8",
            what: "REGISTER, and more octets in its datagram",
            right: registration,
        },
        nextInStream: call,
    },
    { name: "semiuri", section: "3.1.1.9", what: "OPTIONS with semicolons in the user part", right: method },
    { name: "transports", section: "3.1.1.10", what: "OPTIONS with unknown transports in its Vias", right: method },
    { name: "mpart01", section: "3.1.1.11", what: "MESSAGE with a binary multipart body", right: method },
    { name: "unreason", section: "3.1.1.12", what: "200 with UTF-8 in the reason phrase", right: response },
    { name: "noreason", section: "3.1.1.13", what: "100 without a reason phrase", right: response },
];

/** RFC 4475, section 3.1.2: each section says how to answer, most of them "400", some "could ignore". */
const invalid: Omit<TortureMessage, "rfc" | "isValid">[] = [
    { name: "badinv01", section: "3.1.2.1", what: "INVITE with empty parameters in Via and Contact", right: malformed },
    {
        ...{ name: "clerr", section: "3.1.2.2", what: "INVITE with a Content-Length beyond its end", right: malformed },
        rightByStream: dropped,
    },
    {
        ...{ name: "ncl", section: "3.1.2.3", what: "INVITE with a negative Content-Length", right: malformed },
        rightByStream: unframed,
    },
    {
        name: "scalar02",
        section: "3.1.2.4",
        what: "REGISTER with too large a CSeq, Max-Forwards and Expires",
        right: malformed,
    },
    { name: "scalarlg", section: "3.1.2.5", what: "503 with too large a CSeq and Retry-After", right: response },
    { name: "quotbal", section: "3.1.2.6", what: "INVITE with an open quotation in To", right: orMalformed(call) },
    { name: "ltgtruri", section: "3.1.2.7", what: "INVITE with a Request-URI in <>", right: orMalformed(call) },
    {
        name: "lwsruri",
        section: "3.1.2.8",
        what: "INVITE with a To tag, and a space in its Request-URI",
        right: orMalformed(withinCall),
    },
    {
        name: "lwsstart",
        section: "3.1.2.9",
        what: "INVITE with two spaces in its first line",
        right: orMalformed(call),
    },
    {
        name: "trws",
        section: "3.1.2.10",
        what: "OPTIONS with spaces at the end of its first line",
        right: orMalformed(method),
    },
    {
        name: "escruri",
        section: "3.1.2.11",
        what: "INVITE with header fields in its Request-URI",
        right: orMalformed(call),
    },
    { name: "baddate", section: "3.1.2.12", what: "INVITE with a Date that is not in GMT", right: orMalformed(call) },
    {
        name: "regbadct",
        section: "3.1.2.13",
        what: "REGISTER with header fields in a Contact without <>",
        right: orMalformed(registration),
    },
    { name: "badaspec", section: "3.1.2.14", what: "OPTIONS with spaces inside of <>", right: orMalformed(method) },
    {
        name: "baddn",
        section: "3.1.2.15",
        what: "OPTIONS with a comma in a display name without quotes",
        right: orMalformed(method),
    },
    { name: "badvers", section: "3.1.2.16", what: "OPTIONS of SIP/7.0", right: [505] },
    { name: "mismatch01", section: "3.1.2.17", what: "OPTIONS with another method in CSeq", right: malformed },
    { name: "mismatch02", section: "3.1.2.18", what: "an unknown method with another one in CSeq", right: [400, 501] },
    { name: "bigcode", section: "3.1.2.19", what: "a response with the status 4294967301", right: dropped },
];

/** RFC 4475, sections 3.2 to 3.4: each section says how to answer; of a proxy, "as any other INVITE" is `call`. */
const semantic: Omit<TortureMessage, "rfc">[] = [
    {
        name: "badbranch",
        section: "3.2.1",
        what: "OPTIONS with an empty branch",
        isValid: false,
        right: orMalformed(method),
    },
    { name: "insuf", section: "3.3.1", what: "INVITE without Call-ID, From and To", isValid: false, right: malformed },
    {
        name: "unkscm",
        section: "3.3.2",
        what: "OPTIONS with an unknown scheme in its Request-URI",
        isValid: true,
        right: [416],
    },
    {
        name: "novelsc",
        section: "3.3.3",
        what: "OPTIONS with soap.beep in its Request-URI",
        isValid: true,
        right: [416],
    },
    { name: "unksm2", section: "3.3.4", what: "REGISTER of an ISBN", isValid: true, right: orMalformed(registration) },
    {
        name: "bext01",
        section: "3.3.5",
        what: "OPTIONS with a Proxy-Require that nobody knows",
        isValid: true,
        right: [420],
    },
    { name: "invut", section: "3.3.6", what: "INVITE with a body of unknown type", isValid: true, right: call },
    {
        ...{ name: "regaut01", section: "3.3.7", what: "REGISTER with an unknown scheme of authorization" },
        ...{ isValid: true, right: [401, ...registration] },
    },
    {
        name: "multi01",
        section: "3.3.8",
        what: "INVITE with two of what there is one of",
        isValid: false,
        right: malformed,
    },
    {
        ...{ name: "mcl01", section: "3.3.9", what: "OPTIONS with two values of Content-Length", isValid: false },
        ...{ right: malformed, rightByStream: unframed },
    },
    { name: "bcast", section: "3.3.10", what: "200 for a broadcast address", isValid: true, right: response },
    { name: "zeromf", section: "3.3.11", what: "OPTIONS with Max-Forwards 0", isValid: true, right: [483] },
    {
        name: "cparam01",
        section: "3.3.12",
        what: "REGISTER with a parameter of a Contact",
        isValid: true,
        right: registration,
    },
    {
        name: "cparam02",
        section: "3.3.13",
        what: "REGISTER with a parameter of a Contact's URI",
        isValid: true,
        right: registration,
    },
    {
        name: "regescrt",
        section: "3.3.14",
        what: "REGISTER with a header field in a Contact",
        isValid: true,
        right: registration,
    },
    { name: "sdp01", section: "3.3.15", what: "INVITE that accepts no SDP", isValid: true, right: call },
    {
        // a stream needs a Content-Length (RFC 3261, section 18.3)
        ...{ name: "inv2543", section: "3.4.1", what: "INVITE of RFC 2543, without branch, tag and Content-Length" },
        ...{ isValid: true, right: call, rightByStream: dropped },
    },
];

/**
 * RFC 5118, section 4. IPv6 addresses are in a message's text only, so a proxy without IPv6 can receive all of them; it has to answer
 * as to any other host. Three have a wrong Content-Length in the RFC: octets after the body are none of the message's in a datagram,
 * and if some are missing, that is an error (RFC 3261, section 18.3).
 */
const ipv6: Omit<TortureMessage, "rfc">[] = [
    { name: "ipv6-good", section: "4.1", what: "REGISTER at an IPv6 address", isValid: true, right: registration },
    {
        name: "ipv6-bad",
        section: "4.2",
        what: "REGISTER at an IPv6 address without []",
        isValid: false,
        right: malformed,
    },
    {
        name: "port-ambiguous",
        section: "4.3",
        what: "REGISTER with what may be a port inside of []",
        isValid: true,
        right: registration,
    },
    {
        name: "port-unambiguous",
        section: "4.4",
        what: "REGISTER with a port after []",
        isValid: true,
        right: registration,
    },
    {
        name: "via-received-param-with-delim",
        section: "4.5",
        what: "BYE with [] in received",
        isValid: true,
        right: withinCall,
    },
    {
        name: "via-received-param-no-delim",
        section: "4.5",
        what: "OPTIONS without [] in received",
        isValid: true,
        right: method,
    },
    {
        ...{ name: "ipv6-in-sdp", section: "4.6", what: "INVITE with IPv6 in SDP, which is shorter than it says" },
        ...{ isValid: false, right: malformed, rightByStream: dropped },
    },
    {
        name: "mult-ip-in-header",
        section: "4.7",
        what: "BYE with IPv4 and IPv6 in Vias",
        isValid: true,
        right: withinCall,
    },
    {
        name: "mult-ip-in-sdp",
        section: "4.8",
        what: "INVITE with IPv4 and IPv6 in SDP, and octets after it",
        isValid: true,
        right: call,
    },
    {
        name: "ipv4-mapped-ipv6",
        section: "4.9",
        what: "INVITE with mapped IPv4 addresses, and octets after it",
        isValid: true,
        right: call,
    },
    {
        ...{
            name: "ipv6-bug-abnf-3-colons",
            section: "4.10",
            what: "OPTIONS with three colons, as in RFC 3261's grammar",
        },
        ...{ isValid: false, right: orMalformed(method) },
    },
    {
        name: "ipv6-correct-abnf-2-colons",
        section: "4.10",
        what: "OPTIONS with two colons before an IPv4 address",
        isValid: true,
        right: method,
    },
];

/** All messages of RFC 4475, sections 3.1 to 3.4, and of RFC 5118, section 4, in the RFCs' order. */
export const tortureMessages: readonly TortureMessage[] = [
    ...valid.map((message) => ({ ...message, rfc: 4475 as const, isValid: true })),
    ...invalid.map((message) => ({ ...message, rfc: 4475 as const, isValid: false })),
    ...semantic.map((message) => ({ ...message, rfc: 4475 as const })),
    ...ipv6.map((message) => ({ ...message, rfc: 5118 as const })),
];

/**
 * The octets of a message, as in the archive of the RFC's Appendix A, with two completions: `baddn` and the two messages of RFC 5118,
 * section 4.10 have the empty line that ends a header, and the lines of RFC 5118 end with CRLF.
 */
export const bytesOf = ({ name }: Pick<TortureMessage, "name">): Buffer =>
    fs.readFileSync(path.join(__dirname, `${name}.dat`));

/**
 * What Kamailio's parser takes for no message: nothing in its configuration can answer that. The platform then says nothing, which
 * gives nobody anything; a right answer would do as well.
 */
const unparsed = new Set([
    ...["wsinv", "intmeth", "esc02", "badinv01", "ncl", "insuf", "multi01", "mcl01"],
    ...["quotbal", "lwsstart", "lwsruri", "badvers"],
]);

/** For each request in a message, in their order, what is right to see by a transport. */
export function rightBy(message: TortureMessage, transport: "udp" | "tcp" | "tls"): readonly (readonly Sight[])[] {
    const { name, right, rightByStream = right, nextInStream } = message;
    const also = unparsed.has(name) ? dropped : [];
    if (transport === "udp") return [[...right, ...also]];
    return [[...rightByStream, ...also], ...(nextInStream ? [nextInStream] : [])];
}
