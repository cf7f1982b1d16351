"use strict";
/*
 * Who may import whom, checked by `npm run lint` (docs/architecture.md, "Layers").
 *
 * From low to high. A file may import from its own side and from lower layers; sides of one layer do not know one another.
 */
const layers = [
    { "paths.ts": ["paths.ts"] },
    { process: ["process/"] },
    { types: ["config/types.ts"], templates: ["configs/"] },
    { services: ["services/"] },
    { contract: ["contract.ts"] },
    { config: ["config/", "topology.ts"] },
    { clients: ["clients/"] },
    {
        vault: ["vault/"],
        databases: ["databases/"],
        subscribers: ["subscribers/"],
        images: ["images/"],
        policies: ["policies/"],
    },
    { lab: ["lab/"], phone: ["phone/"] },
    { providers: ["providers/"], engine: ["engine/"] },
    { components: ["components/"] },
    { program: ["index.ts", "outputs.ts"] },
    { commands: ["cli/", "bench/"] },
];

const under = (paths) => paths.map((path) => `^${path.replace(".", "\\.")}${path.endsWith("/") ? "" : "$"}`);
const placed = layers.map((sides) => Object.values(sides).flatMap(under));

/** For each side of each layer: neither what is above it nor what is beside it. */
const downwards = layers.flatMap((sides, level) =>
    Object.entries(sides).map(([name, own]) => ({
        name: `${name}-imports-downwards`,
        severity: "error",
        from: { path: under(own) },
        to: { path: placed.slice(level).flat(), pathNot: [...under(own), ...placed.slice(0, level).flat()] },
    })),
);

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
    forbidden: [
        ...downwards,
        {
            name: "no-circle",
            comment: "Files that import one another can't be understood, loaded or moved one by one.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "benchmarks-have-one-door",
            comment: "A benchmark drives the platform as a person does, by the CLI; the CLI only starts it.",
            severity: "error",
            from: { path: "^cli/", pathNot: "^cli/commands/bench\\.ts$" },
            to: { path: "^bench/" },
        },
        {
            name: "nothing-imports-tests",
            severity: "error",
            from: { pathNot: ["^tests/", "^jest\\.config\\.js$"] },
            to: { path: "^tests/" },
        },
        {
            name: "everything-has-a-layer",
            comment: "Name the layer of a new directory above.",
            severity: "error",
            from: { pathNot: [...placed.flat(), "^tests/", "^node_modules/", "^[^/]+\\.(m?js)$"] },
            to: {},
        },
    ],
    options: {
        doNotFollow: { path: "^node_modules/" },
        exclude: { path: "^coverage/" },
        // types too: what a file needs to be understood
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
