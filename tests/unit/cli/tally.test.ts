import { drift, resourceName, tally } from "../../../cli/engine/tally";
import type { StepMetadata } from "../../../engine/events";
import { driftText, previewText } from "../../../cli/render/steps";
import { event, step, summary, urnOf } from "./events";

describe("the tally of an operation", () => {
    it("names a resource as the program does, and its type by its last part", () => {
        expect(resourceName(urnOf("voip:index:Pbx$docker:index/container:Container", "pbx-1-asterisk"))).toEqual({
            urn: expect.any(String),
            name: "pbx-1-asterisk",
            type: "Container",
        });
    });

    it("counts what the summary says", () => {
        const { counts } = tally([summary({ create: 3, update: 1, replace: 2, delete: 4, same: 5, read: 9 })]);
        expect(counts).toEqual({ created: 3, updated: 1, replaced: 2, deleted: 4, same: 5 });
        expect(tally([]).counts).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, same: 0 });
    });

    it("lists steps with what changes, and why something is replaced", () => {
        const { steps, counts } = tally([
            event({
                resourcePreEvent: { metadata: step("same", "sip-1", { vcpus: 1 }, { vcpus: 1 }), planning: true },
            }),
            event({
                resourcePreEvent: {
                    metadata: step("create-replacement", "pbx-1", { disk: "a", state: "x" }, { disk: "b", state: "x" }),
                },
            }),
            event({
                resourcePreEvent: {
                    metadata: step(
                        "replace",
                        "pbx-1",
                        { disk: "a", state: "x" },
                        { disk: "b", state: "x" },
                        { keys: ["disk"] },
                    ),
                },
            }),
            event({ resourcePreEvent: { metadata: step("create", "media-1", null, { vcpus: 1 }) } }),
            summary({ replace: 1, create: 1, same: 1 }),
        ]);
        expect(steps).toMatchObject([
            {
                op: "replace",
                name: "pbx-1",
                type: "Vm",
                because: ["disk"],
                changes: [{ property: "disk", was: "a", is: "b" }],
            },
            { op: "create", name: "media-1", because: [] },
        ]);
        expect(previewText(steps, counts)).toBe(
            [
                "  ± Vm pbx-1",
                "      replaced because of disk: the VM's disk began as the image",
                "      disk: a -> b",
                "  + Vm media-1",
                "1 to create, 1 to replace, 1 to keep",
            ].join("\n"),
        );
    });

    it("does not count outputs that an update has yet to make as a change", () => {
        const metadata = step("update", "sip-1", { files: "[secret]" }, { files: "[secret]" });
        metadata.new = { ...metadata.new!, outputs: {} };
        expect(tally([event({ resourcePreEvent: { metadata } })]).steps).toMatchObject([{ op: "update", changes: [] }]);
    });

    it("ties a failure to its message, and keeps errors that name no resource", () => {
        const failing = step("create", "pbx-1", null, {});
        const { failed, errors } = tally([
            event({ diagnosticEvent: { urn: failing.urn, message: "no disk\n", color: "never", severity: "error" } }),
            event({ resOpFailedEvent: { metadata: failing, status: 0, steps: 0 } }),
            event({ diagnosticEvent: { message: "the program ended", color: "never", severity: "error" } }),
            event({ diagnosticEvent: { message: "building", color: "never", severity: "info#err" } }),
        ]);
        expect(failed).toMatchObject([{ name: "pbx-1", op: "create", message: "no disk" }]);
        expect(errors).toEqual(["the program ended"]);
    });
});

describe("drift", () => {
    const refreshed = (...metadata: StepMetadata[]) =>
        drift(metadata.map((each) => event({ resOutputsEvent: { metadata: each } })));
    const well = step("same", "sip-1", { state: "running" }, { state: "running" });
    const stopped = step("update", "pbx-1", { state: "running" }, { state: "stopped" });
    const lost = step("delete", "media-1", { state: "running" }, null);

    it("names each resource that is not as the state knew it, and only those", () => {
        expect(refreshed(well, stopped, lost)).toEqual([
            {
                urn: expect.stringContaining("pbx-1"),
                name: "pbx-1",
                type: "Vm",
                drift: [{ property: "state", was: "running", is: "stopped" }],
                gone: false,
            },
            { urn: expect.stringContaining("media-1"), name: "media-1", type: "Vm", drift: [], gone: true },
        ]);
    });

    it("is not in a provider, whose properties the official engine's events have lost", () => {
        const type = "pulumi:providers:vault";
        const provider = { ...step("same", "vault", null, null), type, urn: urnOf(type, "vault") };
        expect(refreshed(provider)).toEqual([]);
        expect(refreshed({ ...provider, op: "update" })).toMatchObject([{ name: "vault", gone: false }]);
    });

    it("is not in what the provider considers equal", () => {
        const state = { labels: null, mounts: [], envs: ["A=1"] };
        expect(refreshed(step("same", "pbx-1", state, { mounts: null, tmpfs: {}, envs: [] }))).toEqual([]);
    });

    it("ignores another notation of an empty value", () => {
        const was = { labels: null, mounts: [], name: "", deep: { list: [null], kept: 1 }, ports: [80], port: 0 };
        const is = { labels: [], tmpfs: {}, deep: { kept: 1, more: [""] }, ports: [], port: null };
        const [{ drift: changes }] = refreshed(step("update", "pbx-1", was, is, { diffs: ["password"] }));
        expect(changes).toEqual([
            { property: "ports", was: [80], is: [] },
            { property: "port", was: 0, is: null },
            { property: "password", was: null, is: null }, // a secret: its name is all that is shown
        ]);
    });

    it("tells what the provider finds changed, even if it shows in no property", () => {
        expect(refreshed(step("update", "pbx-1", { a: [] }, { a: null }))).toMatchObject([
            { name: "pbx-1", drift: [] },
        ]);
    });

    it("reads naturally", () => {
        expect(driftText(refreshed(well, stopped, lost))).toBe(
            ["  ~ Vm pbx-1 has drifted", "      state: running -> stopped", "  - Vm media-1 is gone"].join("\n"),
        );
        expect(driftText([])).toBe("everything is as the state says");
    });
});
