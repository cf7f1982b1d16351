"use strict";
/*
 * The first file that `./voip` loads: ends with one sentence if Node is too old for the others. It must run on any version of
 * Node.
 */
var oldest = 20;

if (parseInt(process.versions.node, 10) < oldest) {
    var message =
        "Node " +
        oldest +
        " or newer is needed, found " +
        process.version +
        ": " +
        "install it from nodejs.org or your distribution";
    // on request, a failure must be one JSON object too
    if (process.argv.indexOf("--json") !== -1) process.stdout.write(JSON.stringify({ error: message }) + "\n");
    process.stderr.write("voip: " + message + "\n");
    process.exit(1);
}
