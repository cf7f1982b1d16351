import { withoutDefaults } from "../../../engine/plugins/bridge";
import { containerOutputs } from "../../../engine/plugins/docker/container/outputs";
import { unwrapSecrets, without, type PropertyMap } from "../../../engine/properties";
import { nameOfUrn, typeOfUrn } from "../../../engine/urn";
import { embeddedPlugin, inspectedContainer, leaves, packageOf, recorded, type Call } from "../../plugins/records";

/** In `volumes[2].hostPath` and `postgresql`, the top-level property. */
const isOf = (call: Call): string => `${typeOfUrn(call.urn)} ${nameOfUrn(call.urn)}`;

/** Each container has its own; labels name what the container was made of, and say nothing of how they are written. */
const fleeting = ["id", "hostname", "image", "labels", "__pulumi_raw_state_delta"];

/** Volumes are a set. */
function ordered(map: PropertyMap): PropertyMap {
    const volumes = (map.volumes ?? []) as { containerPath: string }[];
    return { ...map, volumes: [...volumes].sort((a, b) => (a.containerPath < b.containerPath ? -1 : 1)) };
}

/** The delta fits Terraform's state only, and is no property. */
const comparable = (map: Call["olds"]) => leaves(without(map, "__pulumi_raw_state_delta"));

test("our docker plugin reports containers like the official one, from the same answers of the daemon", () => {
    const docker = recorded().find((records) => packageOf(records) === "docker")!;
    const created = docker.calls.filter(({ method, preview }) => method === "create" && !preview);
    for (const { inputs, outputs } of created) {
        const seen = inspectedContainer(inputs.name as string);
        const said = withoutDefaults(containerOutputs(seen, inputs)) as PropertyMap;
        const [ours, theirs] = [said, outputs].map((map) => leaves(ordered(without(map, ...fleeting))));
        expect({ of: inputs.name, ...ours }).toEqual({ of: inputs.name, ...theirs });
    }
    expect(created.length).toBeGreaterThanOrEqual(5);
});

describe.each(recorded())("the embedded plugin answers as the official $plugin did", (records) => {
    const calls = (method: Call["method"]) => records.calls.filter((call) => call.method === method);

    it("to check", async () => {
        const plugin = await embeddedPlugin(packageOf(records));
        for (const call of calls("check")) {
            const { inputs, failures } = await plugin.check(call.urn, unwrapSecrets(call.olds ?? {}), call.news);
            expect([isOf(call), comparable(inputs), failures]).toEqual([
                isOf(call),
                comparable(call.inputs),
                call.failures,
            ]);
        }
        expect(calls("check").length).toBeGreaterThan(0);
    });

    it("to diff", async () => {
        const plugin = await embeddedPlugin(packageOf(records));
        for (const call of calls("diff")) {
            const old = { id: call.id, inputs: call.oldInputs ?? {}, outputs: call.olds };
            const diff = await plugin.diff(call.urn, old, call.news, call.ignoreChanges);
            const said = { ...diff, diffs: diff.diffs.sort(), replaces: diff.replaces.sort() };
            expect([isOf(call), said]).toEqual([
                isOf(call),
                {
                    changes: call.changes === 2 ? "some" : "none",
                    diffs: call.diffs,
                    replaces: call.replaces,
                    deleteBeforeReplace: call.replaces.length > 0 ? call.deleteBeforeReplace : diff.deleteBeforeReplace,
                },
            ]);
        }
        expect(calls("diff").length).toBeGreaterThan(0);
    });
});
