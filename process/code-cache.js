"use strict";
/*
 * Caches what V8 compiles from a source, so that the next process need not parse and compile it again: a preview takes three
 * processes, and each loads hundreds of modules of packages. There is one file for each main script and its options of Node, in
 * node_modules/.cache; an entry is valid only for exactly its source, and V8 rejects entries of another version or with other
 * flags. Node has this built in from version 22 on, but writes it only when a process ends normally, which the engine's
 * children do not.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { clearTimeout, setTimeout } = require("node:timers");
const v8 = require("node:v8");
const vm = require("node:vm");
const keep = require("./keep");

/** Milliseconds without new code to compile, after which loading counts as finished. */
const rest = 300;

const directory = path.join(__dirname, "..", "node_modules", ".cache", "code");

/** The `require` that Node gives a CommonJS module (lib/internal/modules/helpers.js, makeRequireFunction). */
function requireOf(module) {
    const require = (id) => module.require(id);
    require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
    require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
    require.main = process.mainModule;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return require;
}

function read(file) {
    try {
        return v8.deserialize(fs.readFileSync(file));
    } catch {
        return new Map(); // missing or incomplete: it is made again
    }
}

/** Compiles every CommonJS module through the cache from now on. */
function install() {
    const command = [process.argv[1], process.version, ...process.execArgv].join(" ");
    const main = createHash("sha256").update(command).digest("hex").slice(0, 16);
    const file = path.join(directory, main);
    const kept = read(file);
    const made = new Map();
    let timer;

    function write() {
        if (made.size === 0) return;
        for (const [name, { mark, script }] of made) kept.set(name, { mark, data: script.createCachedData() });
        made.clear();
        keep(file, v8.serialize(kept));
    }

    const { _compile: compile } = Module.prototype;
    Module.prototype._compile = function (content, filename, format) {
        // V8 loses how a cached script must import() others; an ES module is not a script; and code that is in no file, such as
        // a dynamic resource's, has no name to be cached under
        if (format === "module" || !filename || /\bimport\s*\(/.test(content)) {
            return compile.call(this, content, filename, format);
        }
        const mark = createHash("sha256").update(content).digest("base64");
        const known = kept.get(filename);
        const script = new vm.Script(Module.wrap(content.replace(/^#!.*/, "")), {
            filename,
            cachedData: known?.mark === mark ? known.data : undefined,
        });
        if (known?.mark !== mark || script.cachedDataRejected) {
            made.set(filename, { mark, script });
            clearTimeout(timer);
            timer = setTimeout(write, rest).unref();
        }
        const wrapped = script.runInThisContext();
        return wrapped.call(this.exports, this.exports, requireOf(this), this, filename, path.dirname(filename));
    };
    process.on("exit", write);
}

install();
