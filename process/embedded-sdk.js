"use strict";
/*
 * Loaded into a program by the embedded engine: its connection to the engine (embedded-monitor.js), without what the engine
 * does not use. The engine shows no debug messages, of which the SDK sends three for each resource, each after the answer to
 * the previous one, and the program does not end before the last: here they are not sent. Nor does the engine need the source
 * position of each resource, for which the SDK takes a mapped stack trace. See also pulumi-sdk.js.
 */
const Module = require("node:module");
const path = require("node:path");
const { makeClient } = require("./embedded-monitor");
const { loadedLate } = require("./pulumi-sdk");

const sdk = path.join("node_modules", "@pulumi", "pulumi", path.sep);
const load = Module._load;
const silent = () => Promise.resolve();
const nowhere = () => [];

/** Its modules with gRPC, which make the classes of clients for the engine, by the ends of their paths. */
const clients = ["resource_grpc_pb.js", "engine_grpc_pb.js"].map((name) => path.join(path.sep, "proto", name));
/** The module that makes the clients. */
const connections = path.join(path.sep, "runtime", "settings.js");
/** For these it also makes classes with gRPC, through which others could call the program: loaded when that happens. */
const late = /\/(callback|provider)_grpc_pb$/;

/** What a module of the SDK gets of gRPC, which is loaded only for names of errors. */
function grpcFor(parent) {
    if (clients.some((end) => parent.filename.endsWith(end))) return { makeGenericClientConstructor: makeClient };
    const grpc = loadedLate("@grpc/grpc-js", parent, false);
    if (!parent.filename.endsWith(connections)) return grpc;
    const credentials = { createInsecure: () => undefined };
    return new Proxy(grpc, { get: (_, name) => (name === "credentials" ? credentials : grpc[name]) });
}

Module._load = function (request, parent, isMain) {
    const bySdk = parent?.filename?.includes(sdk);
    if (bySdk && request === "@grpc/grpc-js") return grpcFor(parent);
    if (bySdk && late.test(request)) return loadedLate(request, parent, false);
    const exports = load.call(this, request, parent, isMain);
    // Its modules have circular imports: at its first load, this one is not complete yet.
    if (bySdk && request.endsWith("/log") && exports.debug) exports.debug = silent;
    if (bySdk && request.endsWith("/resource") && exports.Resource) exports.Resource.callsites = nowhere;
    return exports;
};
