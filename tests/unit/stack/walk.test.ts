import { walk } from "../../stack/walk";

test.each([2, 3])("a walk passes every order of %i different steps, each once", (length) => {
    const path = walk(["a", "b", "c", "d", "e"], length);
    const windows = path.slice(length - 1).map((_, index) => path.slice(index, index + length).join(""));
    expect(new Set(windows).size).toBe(windows.length);
    expect(windows).toHaveLength(length === 2 ? 20 : 60);
    for (const window of windows) expect(new Set(window).size).toBe(length);
});
