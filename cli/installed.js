"use strict";

// Exit status 0: node_modules holds what package-lock.json asks for, although the lock file is the newer one.
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const hidden = path.join(root, "node_modules", ".package-lock.json");
const packages = (file) => JSON.parse(fs.readFileSync(file, "utf8")).packages;

const wanted = Object.entries(packages(path.join(root, "package-lock.json"))).filter(([where]) => where !== "");
const there = packages(hidden);
const same = wanted.every(([where, { version, optional }]) =>
    there[where] ? there[where].version === version : optional,
);
// next time the comparison of times will do
if (same) fs.utimesSync(hidden, new Date(), new Date());
process.exit(same ? 0 : 1);
