"use strict";
/*
 * Lets Node follow symbolic links to a package wherever a process has looked at a pipe or a socket. Node's realpathSync (lib/fs.js)
 * stops at a directory that it knows when the last file that anybody in the process asked about was a FIFO or a socket: it takes that
 * file's type for the directory's. A package below a linked node_modules is then loaded twice, by two names, and the classes of one are
 * none of the other's.
 */
const fs = require("node:fs");

const { realpathSync } = fs;
fs.realpathSync = Object.assign((file, options) => {
    fs.lstatSync("/"); // a directory is the last that was asked about
    return realpathSync(file, options);
}, realpathSync);
