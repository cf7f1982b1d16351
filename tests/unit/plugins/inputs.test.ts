import { changedFields, checkInputs, type Fields } from "../../../engine/plugins/inputs";
import { UNKNOWN } from "../../../engine/plugins/plugin";

const fields: Fields = {
    name: { shape: "string", required: true, replaces: true },
    restart: { shape: "string", default: "no", oneOf: ["no", "always"] },
    retries: { shape: "integer", atLeast: 0 },
    hostname: { shape: "string", computed: true },
    caps: { shape: { object: { adds: { shape: { set: "string" } } } } },
    mounts: { shape: { set: { object: { target: { shape: "string", required: true }, ro: { shape: "boolean" } } } } },
    options: { shape: { map: "string" } },
};

describe("checkInputs", () => {
    it("names everything that is wrong at once: property, value and what is allowed", () => {
        const { failures } = checkInputs(
            fields,
            {},
            {
                restart: "sometimes",
                retries: -1,
                mounts: [{ target: "/a" }, { ro: "yes" }],
                colour: "red",
            },
        );
        expect(failures).toEqual([
            { property: "restart", reason: 'restart is "sometimes", must be one of no, always' },
            { property: "retries", reason: "retries is -1, must be at least 0" },
            { property: "mounts[1].ro", reason: 'mounts[1].ro is "yes", must be a boolean' },
            { property: "mounts[1].target", reason: "mounts[1].target is missing, must be a string" },
            {
                property: "colour",
                reason:
                    "colour is not supported without the official plugin; supported are " +
                    "caps, hostname, mounts, name, options, restart, retries",
            },
            { property: "name", reason: "name is missing, must be a string" },
        ]);
    });

    it("fills in defaults and lets pass what a preview can't know", () => {
        expect(checkInputs(fields, {}, { name: UNKNOWN, retries: UNKNOWN })).toEqual({
            inputs: { name: UNKNOWN, retries: UNKNOWN, restart: "no", __defaults: ["restart"] },
            failures: [],
        });
    });

    it("fills in no default that is empty, and again what it filled in last time", () => {
        const flags: Fields = { on: { shape: "boolean", default: true }, off: { shape: "boolean", default: false } };
        const first = checkInputs(flags, {}, {}).inputs;
        expect(first).toEqual({ on: true, __defaults: ["on"] });
        const byOlder = { on: false, off: false, __defaults: ["off", "on"] };
        expect(checkInputs(flags, byOlder, {}).inputs).toEqual(byOlder);
        const given = { on: false, off: true, __defaults: [] };
        expect(checkInputs(flags, given, {}).inputs).toEqual(first);
    });

    it("records what it filled in, also in nested objects", () => {
        const nested: Fields = { check: { shape: { object: { interval: { shape: "string", default: "1s" } } } } };
        const { inputs } = checkInputs(nested, {}, { check: {} });
        expect(inputs).toEqual({ check: { interval: "1s", __defaults: ["interval"] }, __defaults: [] });
    });
});

describe("changedFields", () => {
    const actual = { name: "a", restart: "no", hostname: "h", mounts: [{ target: "/a", ro: false }, { target: "/b" }] };

    it("takes sets without order, and what is empty or false as what is absent", () => {
        const wanted = {
            name: "a",
            restart: "no",
            retries: 0,
            mounts: [{ target: "/b" }, { target: "/a" }],
            options: {},
        };
        expect(changedFields(fields, actual, wanted)).toEqual([]);
    });

    it("finds a change inside an object and inside a set", () => {
        const wanted = {
            name: "a",
            restart: "no",
            caps: { adds: ["X"] },
            mounts: [{ target: "/a", ro: true }, { target: "/b" }],
        };
        expect(changedFields(fields, actual, wanted)).toEqual(["caps", "mounts"]);
    });

    it("counts a value that is not known yet as a change", () => {
        expect(changedFields(fields, actual, { ...actual, name: UNKNOWN })).toEqual(["name"]);
    });
});
