import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
    annotateSecrets,
    blind,
    changedKeys,
    containsUnknowns,
    equalValues,
    secret,
    UNKNOWN_VALUE,
    unwrapSecrets,
} from "../../../engine/properties";
import { fromStruct, toStruct } from "../../../engine/struct";

const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const SIGNATURE = "4dabf18193072939515e22adb298388d";

describe("property values", () => {
    test("secrets are opened at any depth, and hidden for display", () => {
        const map = { list: [{ pin: secret("1234") }], plain: 1, later: UNKNOWN_VALUE };
        expect(unwrapSecrets(map)).toEqual({ list: [{ pin: "1234" }], plain: 1, later: UNKNOWN_VALUE });
        expect(blind(map)).toEqual({ list: [{ pin: "[secret]" }], plain: 1, later: "[unknown]" });
        expect(JSON.stringify(blind({ pin: secret({ nested: "1234" }) }))).not.toContain("1234");
    });

    test("an output is secret when the input of its name is, or holds one", () => {
        const inputs = { pin: secret("1234"), nested: { a: secret("x"), b: "y" }, list: [secret("z")] };
        const outputs = { pin: "1234", nested: { a: "x", b: "y" }, list: ["z"], other: "o" };
        expect(annotateSecrets(outputs, inputs)).toEqual({
            pin: secret("1234"),
            nested: { a: secret("x"), b: "y" },
            list: secret(["z"]),
            other: "o",
        });
    });

    test("output values become plain, secret or unknown; resource references become ids", () => {
        const struct = Struct.fromJavaScript({
            plain: { [SIGNATURE]: OUTPUT_VALUE, value: "a" },
            hidden: { [SIGNATURE]: OUTPUT_VALUE, value: "b", secret: true },
            later: { [SIGNATURE]: OUTPUT_VALUE },
            vm: { [SIGNATURE]: RESOURCE, urn: "urn:pulumi:s::p::t::n", id: "vm-1" },
        });
        const map = { plain: "a", hidden: secret("b"), later: UNKNOWN_VALUE, vm: "vm-1" };
        expect(fromStruct(struct)).toEqual(map);
        expect(containsUnknowns(map)).toBe(true);
        expect(fromStruct(toStruct({ ...map, empty: null, nested: { list: [1, true] } }))).toMatchObject(map);
    });

    test("assets are refused", () => {
        const struct = Struct.fromJavaScript({ file: { [SIGNATURE]: ASSET, path: "/etc/hosts" } });
        expect(() => fromStruct(struct)).toThrow("assets and archives are not supported");
    });

    test("equality is deep and does not depend on the order of keys", () => {
        expect(equalValues({ a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] })).toBe(true);
        expect(equalValues({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
        expect(equalValues({ a: null }, {})).toBe(false);
        expect(equalValues([], {})).toBe(false);
        expect(changedKeys({ a: 1, b: 2 }, { b: 3, c: 4 }).sort()).toEqual(["a", "b", "c"]);
    });
});
