"use strict";
/*
 * Makes Node load the TypeScript of this checkout: `node --require ./process/typescript.js FILE.ts`.
 * It transpiles (types are checked by `npm run lint`), once per file and content: the result is kept in node_modules/.cache.
 * Packages are left alone: tsx, which reads every file of every package, takes twice as long to start the program. With
 * `NODE_OPTIONS=--enable-source-maps`, stack traces show positions in the source. It also loads what makes the loading of
 * packages fast.
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

// Node has it from version 21 on. Without it, pg loads all of fetch to detect Cloudflare.
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
        // A dynamic import must pass this loader as well, which Node's own would not.
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
