"use strict";
/*
 * Makes Pulumi's SDK start faster. Two thirds of the modules that it loads are packages for work that this program never needs
 * (serialising closures, finding packages to serialise, tracing, other formats of manifests, the Automation API). It runs the
 * program under V8's debugger, which only serialising closures needs, and for each of its promises it formats a stack trace
 * that only PULUMI_DEBUG_PROMISE_LEAKS shows. Its behaviour is unchanged.
 */
const Module = require("node:module");
const path = require("node:path");

/**
 * Loaded by the SDK at its start, and used only when it serialises a closure, traces itself, drives another program, or has a
 * manifest to read or a version to compare that most projects don't have.
 */
const late = [
    ...["@npmcli/arborist", "normalize-package-data", "typescript", "./automation"],
    ...["@opentelemetry/api", "ini", "js-yaml", "semver"],
];
/** The packages with which it traces itself, on request: it reads functions and classes from them at its start. */
const lateMembers = /^@opentelemetry\/(exporter-zipkin|instrumentation|instrumentation-grpc|resources|sdk-trace-\w+)$/;
const sdk = path.join("node_modules", "@pulumi", "pulumi", path.sep);

const load = Module._load;
const changed = new WeakSet();

/** Represents a function or a class of a package that is loaded when it is called. */
const calledLate = (member) =>
    new Proxy(function () {}, {
        apply: (_, self, values) => Reflect.apply(member(), self, values),
        construct: (_, values) => Reflect.construct(member(), values),
    });

/** Represents a package's exports, and loads it when one is read; or, if all are `callable`, when one is called. */
function loadedLate(request, parent, callable) {
    const exports = () => load.call(Module, request, parent, false);
    return new Proxy(
        {},
        {
            get(_, name) {
                // Compiled imports copy the exports of anything that is not marked as a module.
                if (name === "__esModule") return true;
                if (callable) return calledLate(() => exports()[name]);
                return name === "default" ? exports() : exports()[name];
            },
            has: (_, name) => name in exports(),
        },
    );
}

/**
 * The SDK's session with V8's debugger, which knows the file of each function: here it starts with the first question. The SDK
 * starts it with the program, which then loads a fifth slower; as it is told of the existing scripts when it starts, it knows
 * the same.
 */
function withLateDebugger(hooks) {
    const files = new Map();
    let session;
    async function begin() {
        const { Session } = require("node:inspector");
        const debugged = new Session();
        debugged.connect();
        debugged.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
        await new Promise((resolve, reject) => {
            debugged.post("Debugger.enable", (error) => (error ? reject(error) : resolve()));
        });
        return debugged;
    }
    hooks.getSessionAsync = () => (session ??= begin());
    hooks.isInitializedAsync = () => Promise.resolve();
    hooks.getScriptUrl = (id) => files.get(id);
}

/**
 * The SDK counts the promises that are still pending when the program ends: some 11,000 in one run of this project's. With each
 * it keeps a number, a text and a stack trace, which only PULUMI_DEBUG_PROMISE_LEAKS shows; here it only counts.
 */
function withoutDebugging(debuggable, state) {
    const { debuggablePromise } = debuggable;
    let isCounting = false;
    function first(promise, context) {
        isCounting = true; // at the end of the process it checks how many are left
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            return debuggablePromise(promise, context);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    }
    debuggable.debuggablePromise = (promise, context) => {
        if (!isCounting) return first(promise, context);
        const { leakCandidates } = state.getStore();
        leakCandidates.add(promise);
        return promise.then(
            (value) => {
                leakCandidates.delete(promise);
                return value;
            },
            (error) => {
                leakCandidates.delete(promise);
                error.promise = promise;
                throw error;
            },
        );
    };
}

/** With tracing off, the SDK still makes spans, which go nowhere. */
function withoutSpans(tracing) {
    const { newSpan, start } = tracing;
    const span = { addEvent() {}, end() {}, setAttribute() {} };
    let isTracing = Boolean(process.env.TRACEPARENT);
    tracing.start = (url) => {
        isTracing = true;
        start(url);
    };
    tracing.newSpan = (name) => (isTracing ? newSpan(name) : span);
}

/** Changes the exports of a module once, however often it is loaded. */
function once(exports, change) {
    if (!changed.has(exports)) change(exports);
    changed.add(exports);
}

Module._load = function (request, parent, isMain) {
    const bySdk = parent?.filename?.includes(sdk);
    if (bySdk && late.includes(request)) return loadedLate(request, parent, false);
    if (bySdk && lateMembers.test(request)) return loadedLate(request, parent, true);
    // which the SDK installs at its start, and which reads source maps for a stack trace that is shown
    if (request === "source-map" && parent.filename.includes("source-map-support")) {
        return loadedLate(request, parent, true);
    }
    const exports = load.call(this, request, parent, isMain);
    // Its modules have circular imports: at its first load, this one may not be complete yet.
    const isPromises = bySdk && request.endsWith("/debuggable") && exports.debuggablePromise;
    if (isPromises && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
        const file = path.join(path.dirname(Module._resolveFilename(request, parent, false)), "state.js");
        once(exports, (debuggable) => withoutDebugging(debuggable, load.call(this, file, parent, false)));
    }
    if (bySdk && request.endsWith("/v8Hooks")) once(exports, withLateDebugger);
    if (bySdk && request.endsWith("/tracing")) once(exports, withoutSpans);
    return exports;
};

module.exports = { loadedLate };
