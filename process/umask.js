"use strict";
/*
 * What this project makes does not depend on the umask of whoever starts it: users of containers and VMs read directories and
 * files of images and of the core services. What is secret says so where it is made (mode 0600 or 0700).
 */
const given = process.umask(0o022);

/** Octal: the umask that this process was started with, for a person's own commands. */
exports.givenUmask = given.toString(8).padStart(4, "0");
