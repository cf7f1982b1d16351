"use strict";

/** The package is an ES module only: JavaScript, as the import of a TypeScript file would become a `require`. */
exports.loadNodePgMigrate = () => import("node-pg-migrate");
