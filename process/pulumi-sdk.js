"use strict";
/*
 * Lets Pulumi's SDK start faster: two thirds of the modules that it loads are packages for work which this program never asks
 * of it (serialising closures, finding packages to serialise), and for each of its promises it formats a stack trace which
 * only PULUMI_DEBUG_PROMISE_LEAKS shows. What it does is the same.
 */
const Module = require("node:module");
const path = require("node:path");

/** Loaded by the SDK at its start, and used only when it serialises a closure. */
const late = ["@npmcli/arborist", "typescript"];
const sdk = path.join("node_modules", "@pulumi", "pulumi", path.sep);

const load = Module._load;
const withoutTraces = new WeakSet();

/** Stands for a package's exports, and loads it when one is asked for. */
function loadedLate(request, parent) {
    const exports = () => load.call(Module, request, parent, false);
    return new Proxy(
        {},
        {
            // Compiled imports copy the exports of what does not say that it is a module.
            get: (_, name) => (name === "__esModule" ? true : name === "default" ? exports() : exports()[name]),
            has: (_, name) => name in exports(),
        },
    );
}

function withoutStackTraces(debuggable) {
    const { debuggablePromise } = debuggable;
    debuggable.debuggablePromise = (promise, context) => {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            return debuggablePromise(promise, context);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    };
    withoutTraces.add(debuggable);
}

Module._load = function (request, parent, isMain) {
    const bySdk = parent?.filename?.includes(sdk);
    if (bySdk && late.includes(request)) return loadedLate(request, parent);
    const exports = load.call(this, request, parent, isMain);
    if (bySdk && request.endsWith("/debuggable") && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
        if (!withoutTraces.has(exports)) withoutStackTraces(exports);
    }
    return exports;
};
