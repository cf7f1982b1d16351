"use strict";
/*
 * How a program speaks to the embedded engine: over a descriptor that only these two have, without gRPC and what it loads.
 * The SDK's messages are arrays of plain values inside (google-protobuf, `toArray`), which go over it as they are. The program
 * sends [number, method, request], and gets [number, error, response] in the order in which answers are ready.
 */
const net = require("node:net");
const { frame, reader } = require("./frames");

/** The first one after standard error. */
const descriptor = 3;

/** The codes of gRPC that come into question. */
const codes = { UNKNOWN: 2, UNIMPLEMENTED: 12, UNAVAILABLE: 14 };
const nameOf = (code) => Object.keys(codes).find((name) => codes[name] === code);

/** As @grpc/grpc-js has it. */
const failure = ({ code, details }) =>
    Object.assign(new Error(`${code} ${nameOf(code)}: ${details}`), { code, details });

const gone = { code: codes.UNAVAILABLE, details: "the engine is gone" };

/** The connection keeps the program alive as long as an answer is awaited, and no longer. */
function connect() {
    const waiting = new Map();
    const socket = new net.Socket({ fd: descriptor });
    let count = 0;
    let isLost = false;
    const settle = ([number, error, response]) => {
        const answer = waiting.get(number);
        waiting.delete(number);
        if (waiting.size === 0) socket.unref();
        answer(error, response);
    };
    const lose = () => {
        isLost = true;
        for (const number of [...waiting.keys()]) settle([number, gone]);
    };
    socket.on("data", reader(settle)).on("error", lose).on("close", lose).unref();
    return (method, request, answer) => {
        if (isLost) return process.nextTick(answer, gone);
        waiting.set(++count, answer);
        socket.ref();
        socket.write(frame([count, method, request]));
    };
}

let call;

/**
 * In place of the function of @grpc/grpc-js that makes the class of a client.
 * @param service what the SDK generated: the types of its methods
 */
exports.makeClient = (service) => {
    class Client {
        close() {}
    }
    for (const [method, { responseType }] of Object.entries(service)) {
        // between them: metadata and options, which this engine does not ask for
        Client.prototype[method] = (request, ...rest) => {
            call ??= connect();
            call(method, request.toArray(), (error, response) =>
                error ? rest.at(-1)(failure(error)) : rest.at(-1)(null, new responseType(response)),
            );
        };
    }
    return Client;
};
