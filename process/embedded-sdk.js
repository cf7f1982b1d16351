"use strict";
/*
 * Loaded into a program by the embedded engine, which shows no debug messages. The SDK sends three of them for each resource,
 * each when the one before it was answered, and the program is not done before the last: here they are not sent. Neither does
 * the engine ask where in the source a resource was made, which takes a mapped stack trace for each. See also pulumi-sdk.js.
 */
const Module = require("node:module");
const path = require("node:path");
require("./pulumi-sdk");

const sdk = path.join("node_modules", "@pulumi", "pulumi", path.sep);
const load = Module._load;
const silent = () => Promise.resolve();
const nowhere = () => [];

Module._load = function (request, parent, isMain) {
    const exports = load.call(this, request, parent, isMain);
    // Its modules load one another in circles: seen first, this one is not complete yet.
    if (request.endsWith("/log") && parent?.filename?.includes(sdk) && exports.debug) exports.debug = silent;
    if (request.endsWith("/resource") && parent?.filename?.includes(sdk) && exports.Resource) {
        exports.Resource.callsites = nowhere;
    }
    return exports;
};
