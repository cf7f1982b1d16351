import type { ProviderRegistry } from "../../../engine/provider/registry";
import { ProviderResources } from "../../../engine/provider/resource";

const urn = "urn:pulumi:test::project::pulumi:providers:docker::explicit";
const plugin = {
    checkConfig: async (_urn: string, _olds: object, news: object) => ({ inputs: news, failures: [] }),
    diffConfig: async () => ({ changes: "unknown", replaces: [], diffs: [], deleteBeforeReplace: false }),
};
const resources = () => new ProviderResources({ load: async () => plugin } as unknown as ProviderRegistry);

test("what the engines note down in a provider's inputs is written, and is no change", async () => {
    const { inputs } = await resources().check(urn, {}, { host: "unix:///x", version: "5.2.0" });
    expect(inputs).toEqual({ host: "unix:///x", version: "5.2.0", __internal: {} });
    const noted = { pluginDownloadURL: "x" };
    const again = await resources().check(urn, {}, { host: "unix:///x", version: "5.2.0", __internal: noted });
    expect(again.inputs).toMatchObject({ __internal: noted });
    expect((await resources().check(urn, {}, { host: "unix:///x" })).inputs).toEqual({ host: "unix:///x" });
    const before = { host: "unix:///x", version: "5.2.0" };
    const diff = (old: object) => resources().diff(urn, { id: "1", inputs: { ...old }, outputs: {} }, inputs);
    expect(await diff(before)).toMatchObject({ changes: "none" });
    expect(await diff({ ...before, host: "unix:///y" })).toMatchObject({ changes: "some" });
});
