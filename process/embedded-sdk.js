"use strict";
/*
 * Loaded into a program by the embedded engine: how it speaks to the engine (embedded-monitor.js), and without what the engine
 * does not ask for. It shows no debug messages, of which the SDK sends three for each resource, each when the one before it was
 * answered, and the program is not done before the last: here they are not sent. Neither does the engine ask where in the
 * source a resource was made, which takes a mapped stack trace for each. See also pulumi-sdk.js.
 */
const Module = require("node:module");
const path = require("node:path");
const { makeClient } = require("./embedded-monitor");
const { loadedLate } = require("./pulumi-sdk");

const sdk = path.join("node_modules", "@pulumi", "pulumi", path.sep);
const load = Module._load;
const silent = () => Promise.resolve();
const nowhere = () => [];

/** Its modules that have gRPC make the classes of clients for the engine, by the ends of their paths. */
const clients = ["resource_grpc_pb.js", "engine_grpc_pb.js"].map((name) => path.join(path.sep, "proto", name));
/** The one that makes the clients. */
const connections = path.join(path.sep, "runtime", "settings.js");
/** For these it has gRPC make classes as well, with which others could call the program: loaded when one does. */
const late = /\/(callback|provider)_grpc_pb$/;

/** What a module of the SDK gets of gRPC, which is loaded for nothing but names of errors. */
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
    // Its modules load one another in circles: seen first, this one is not complete yet.
    if (bySdk && request.endsWith("/log") && exports.debug) exports.debug = silent;
    if (bySdk && request.endsWith("/resource") && exports.Resource) exports.Resource.callsites = nowhere;
    return exports;
};
