import { services } from "./registry";

/** The services that run in containers of the core, by name, in the registry's order. */
export const coreServers: readonly string[] = services
    .filter(({ hosts, run, configured }) => configured && hosts.includes("core") && run.kind === "container")
    .map(({ name }) => name);
