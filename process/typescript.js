"use strict";
/*
 * Lets Node load the TypeScript of this checkout: `node --require ./process/typescript.js FILE.ts`.
 *
 * It transpiles (types are checked by `npm run lint`), once per file and content: the result is kept in node_modules/.cache.
 * Packages are left alone: tsx, which looks into every file of every package, takes twice as long to start the program.
 * Positions in stack traces are those of the source under `NODE_OPTIONS=--enable-source-maps`. What else it loads makes the
 * loading of packages cheap.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
require("./umask");
require("./real-path");
require("./code-cache");
require("./pulumi-sdk");
const keep = require("./keep");

// Node has it from version 21 on. Without it, pg loads all of fetch to find out whether it runs on Cloudflare.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node.split(".")[0]}` };

const project = path.resolve(__dirname, "..");
const cache = path.join(project, "node_modules", ".cache", "typescript");

function transpile(source, file) {
    const { transformSync } = require("esbuild");
    return transformSync(source, {
        loader: "ts",
        format: "cjs",
        platform: "node",
        target: "node20",
        // A dynamic import has to come through here as well, which Node's own would not.
        supported: { "dynamic-import": false },
        sourcemap: "inline",
        sourcefile: file,
        sourcesContent: false,
    }).code;
}

function load(file) {
    const source = fs.readFileSync(file, "utf8");
    const relative = path.relative(project, file);
    if (relative.startsWith("..")) return transpile(source, file);
    const mark = `//${createHash("sha256").update(source).digest("hex")}`;
    const kept = path.join(cache, `${relative}.js`);
    let code;
    try {
        code = fs.readFileSync(kept, "utf8");
    } catch {
        code = "";
    }
    if (!code.endsWith(mark)) {
        code = transpile(source, file) + mark;
        keep(kept, code);
    }
    return code;
}

Module._extensions[".ts"] = (module, file) => module._compile(load(file), file);
