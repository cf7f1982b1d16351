import {
    absolutePath,
    flag,
    integer,
    interfaceName,
    ipv4,
    listOf,
    mac,
    matching,
    name,
    objectOf,
    oneOf,
    optional,
    prefixLength,
    text,
    violations,
    type Rule,
} from "../../../providers/check";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** By rule: values that are just allowed, and values that just are not. */
const limits: [string, Rule, unknown[], unknown[]][] = [
    ["text", text, ["x", " "], ["", 1, null, undefined]],
    ["name", name, ["a", "9-a_b.c", `a${"b".repeat(62)}`], ["", "-a", ".a", "a/b", "a b", `a${"b".repeat(63)}`, 1]],
    ["interface name", interfaceName, ["br-int", "a".repeat(15)], ["", "-a", "a b", "a".repeat(16), 1]],
    ["flag", flag, [true, false], ["true", 0, undefined]],
    ["absolute path", absolutePath, ["/", "/a/b"], ["a/b", "", "./a", 1]],
    ["IPv4 address", ipv4, ["0.0.0.0", "255.255.255.255"], ["256.0.0.1", "1.2.3", "::1", 1]],
    [
        "MAC address",
        mac,
        ["52:54:00:12:34:10", "0E:00:00:00:00:FF", "fc:00:00:00:00:00"],
        ["53:54:00:12:34:10", "52:54:00:12:34", "52-54-00-12-34-10", "52:54:00:12:34:1g", 1],
    ],
    ["prefix", prefixLength, [1, 32], [0, 33, 1.5, "24"]],
    ["number", integer(5, 7), [5, 6, 7], [4, 8, 5.5, "6", Number.NaN]],
    ["one of", oneOf("a", "b"), ["a", "b"], ["c", "", 1]],
    ["matching", matching(/^x+$/, "x"), ["x", "xx"], ["", "y", 1]],
    ["optional", optional(text), [undefined, null, "x"], [""]],
    ["list", listOf(text), [["x"], ["x", "y"]], [[], "x", {}, ["x", ""]]],
    ["object", objectOf({ a: text }), [{ a: "x" }, { a: "x", b: 1 }], [{}, { a: "" }, null, "x"]],
];

describe.each(limits)("the rule of a %s", (_name, rule, allowed, refused) => {
    it.each(allowed.map((value) => [value]))("allows %j", (value) => expect(rule(value)).toEqual([]));
    it.each(refused.map((value) => [value]))("refuses %j", (value) => expect(rule(value).length).toBeGreaterThan(0));
    it("allows what is not known yet", () => expect(rule(unknown)).toEqual([]));
});

test("a violation says where in the property it is, what is allowed, and what was given", () => {
    const rules = { nics: listOf(objectOf({ address: ipv4, prefix: integer(1, 32, "bits") })), name };
    const given = { nics: [{ address: "10.0.0.1", prefix: 24 }, { address: "10.0.0.999" }], name: undefined };
    expect(violations(given, rules)).toEqual([
        { property: "nics", reason: 'nics[1].address must be an IPv4 address, not "10.0.0.999"' },
        { property: "nics", reason: "nics[1].prefix must be a whole number from 1 to 32 bits, not missing" },
        {
            property: "name",
            reason: "name must be a name of letters, digits, '.', '_' and '-' that starts with a letter or digit, not missing",
        },
    ]);
});
