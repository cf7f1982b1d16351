import { pluginFor, type Properties } from "../../../engine/plugins";

const configure = async (name: string, settings: Properties): Promise<void> => {
    const plugin = await pluginFor(name)!();
    await plugin.configure(settings);
    await plugin.close?.();
};
const variables = ["VAULT_ADDR", "VAULT_TOKEN", "VAULT_CACERT", "PGHOST", "PGPASSWORD", "DOCKER_HOST"];
const before = variables.map((name) => [name, process.env[name]] as const);
beforeEach(() => variables.forEach((name) => delete process.env[name]));
afterAll(() => {
    for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
});

describe("the settings of the provider of Vault", () => {
    const good = { address: "https://v:8200", token: "t", skipChildToken: "true" };

    it.each([
        [good],
        [{ ...good, address: "http://v/" }],
        [{ ...good, caCertFile: "/ca", skipGetVaultVersion: "true", vaultVersionOverride: "1.2.3" }],
        [{ ...good, maxLeaseTtlSeconds: "1200", maxRetries: "2", version: "7.8.0" }],
    ])("may be %j", async (settings) => configure("vault", settings));

    it.each<[Properties, string]>([
        [{}, "vault provider: address is missing, must be a string; token is missing, must be a string"],
        [{ ...good, address: "v:8200" }, 'address is "v:8200", must be a URL such as https://192.0.2.1:8200'],
        [{ ...good, address: "https://v/v1" }, "must be a URL such as"],
        [
            { ...good, skipChildToken: "false" },
            "vault provider: skipChildToken must be true without the official plugin",
        ],
        [{ address: "https://v", token: "t" }, "skipChildToken must be true"],
        [{ ...good, maxRetries: '"x"' }, 'vault provider: maxRetries is "x", must be an integer'],
        [{ ...good, skipGetVaultVersion: "1" }, "skipGetVaultVersion is 1, must be a boolean"],
    ])("may not be %j", async (settings, said) => {
        await expect(configure("vault", settings)).rejects.toThrow(said);
    });

    it("may come from the environment", async () => {
        Object.assign(process.env, { VAULT_ADDR: "https://v", VAULT_TOKEN: "t" });
        await configure("vault", { skipChildToken: "true" });
    });
});

describe("the settings of the provider of PostgreSQL", () => {
    it.each([
        [{ host: "h" }],
        [{ host: "h", port: "1", connectTimeout: "1", sslmode: "disable", superuser: "false", sslrootcert: "/ca" }],
        [{ host: "h", sslmode: "verify-full", database: "d", username: "u", password: "p" }],
    ])("may be %j", async (settings) => configure("postgresql", settings));

    it.each<[Properties, string]>([
        [{}, "postgresql provider: host is missing, must be a string"],
        [{ host: "h", port: "0" }, "port is 0, must be at least 1"],
        [{ host: "h", connectTimeout: "0" }, "connectTimeout is 0, must be at least 1"],
        [{ host: "h", sslmode: "require" }, 'sslmode is "require", must be one of verify-full, disable'],
        [{ host: "h", superuser: "1" }, "superuser is 1, must be a boolean"],
    ])("may not be %j", async (settings, said) => {
        await expect(configure("postgresql", settings)).rejects.toThrow(said);
    });

    it("may come from the environment", async () => {
        Object.assign(process.env, { PGHOST: "h", PGPASSWORD: "p" });
        await configure("postgresql", {});
    });
});

describe("the settings of the provider of Docker", () => {
    it("name the daemon, else the environment does", async () => {
        await configure("docker", { host: "unix:///d", disableDockerDaemonCheck: "true" });
        await configure("docker", {});
        process.env.DOCKER_HOST = "tcp://d";
        await configure("docker", { host: "unix:///d" });
        await expect(configure("docker", {})).rejects.toThrow('host is "tcp://d", must be unix:///path/to/socket');
    });
});

test.each([
    ["command", "1.2.1"],
    ["docker", "5.2.0"],
    ["postgresql", "3.18.1"],
    ["random", "4.21.2"],
    ["vault", "7.8.0"],
])("the plugin of %s stands for the official one's version %s", async (name, version) => {
    const plugin = await pluginFor(name)!();
    expect([plugin.name, plugin.version, plugin.functions]).toEqual([name, version, {}]);
    const { dependencies } = jest.requireActual<{ dependencies: Record<string, string> }>("../../../package.json");
    expect(dependencies[`@pulumi/${name}`]).toBe(version);
});

test.each(["docker", "postgresql", "vault"])(
    "the provider of %s is not known before its settings are",
    async (name) => {
        const { types } = await pluginFor(name)!();
        const [type] = Object.values(types);
        await expect(type.read!("a", { name: "a" }, { name: "a" })).rejects.toThrow(
            new RegExp(`the ${name} provider's (host|server) is not known yet`),
        );
    },
);
