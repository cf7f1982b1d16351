import { parseYaml, YamlError, yamlText } from "../../../config/yaml";

describe("YAML", () => {
    test("is read as YAML 1.2's core schema says: no dates, no merging, yes is a text", () => {
        const text = "a: 2026-11-29\nb: yes\nc: 0x10\nd: ~\ne: 1.5\nf: true\ng: {<<: 1}\n";
        expect(parseYaml(text)).toEqual({ a: "2026-11-29", b: "yes", c: 16, d: null, e: 1.5, f: true, g: { "<<": 1 } });
    });

    test("that is empty is null", () => {
        expect([parseYaml(""), parseYaml("# nothing\n")]).toEqual([null, null]);
    });

    test.each([
        ["config: [1", "line 1, column 11"],
        ["config: [1\n", "line 2, column 1"],
        ["a: 1\nb: }\n", "line 2, column 4"],
        ["a: 1\na: 2\n", "line 2, column 1"],
    ])("that is invalid is an error of one line with its position: %j", (text, place) => {
        expect(() => parseYaml(text)).toThrow(YamlError);
        expect(() => parseYaml(text)).toThrow(new RegExp(`^.* at ${place}$`));
    });

    test("that was written is read back the same, without members that have no value", () => {
        const value = { a: "2026-11-29", b: "yes", c: "0x10", d: "x".repeat(300), e: ["", null, { f: "a: b" }] };
        expect(parseYaml(yamlText({ ...value, none: undefined }))).toEqual(value);
    });
});
