import type { Plugin } from "./plugin";

export * from "./plugin";

/** A plugin's code and its clients are loaded only when the program uses it. */
const plugins: Record<string, () => Promise<Plugin>> = {
    command: async () => (await import("./command/command")).commandPlugin(),
    docker: async () => (await import("./docker/docker")).dockerPlugin(),
    postgresql: async () => (await import("./postgresql/postgresql")).postgresqlPlugin(),
    random: async () => (await import("./random/random")).randomPlugin(),
    vault: async () => (await import("./vault/vault")).vaultPlugin(),
};

/**
 * The embedded plugin of a package, as a function that makes a new instance per provider resource.
 * @param name package name, such as `docker`
 * @returns `undefined` if there is none: the package then needs its official plugin.
 */
export function pluginFor(name: string): (() => Promise<Plugin>) | undefined {
    return Object.hasOwn(plugins, name) ? plugins[name] : undefined;
}
