"use strict";
/*
 * This project's files must not depend on the user's umask: users of containers and VMs read directories and files of images
 * and of the core services. Secret files set their own mode (0600 or 0700).
 */
const given = process.umask(0o022);

/** Octal: the umask that this process was started with, for the user's own commands. */
exports.givenUmask = given.toString(8).padStart(4, "0");
