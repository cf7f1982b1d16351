"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** Writes a file of a cache, completely or not at all, as several engines may start at once. */
module.exports = function keep(file, content) {
    try {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        const draft = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}`;
        fs.writeFileSync(draft, content);
        fs.renameSync(draft, file);
    } catch {
        // A read-only checkout works as well, only slower.
    }
};
