import { pluginFor, type Properties, type ResourceType, type Value } from "../../../engine/plugins";
import { withoutDefaults } from "../../../engine/plugins/bridge";

/** What a type of the official plugin has as inputs, and what becomes of a resource when one of them changes. */
export interface Inputs {
    /** Of each input, a value that is not empty, false or 0, and another one; the same where only one is allowed. */
    values: Record<string, [Value, Value]>;
    required: string[];
    /** What is filled in where nothing is given. */
    defaults: Properties;
    /** Those whose change makes the resource anew. */
    replaces: string[];
    /** Those that are left as they came to be, where nothing is given any more. */
    kept: string[];
}

const valuesOf = ({ values }: Inputs, which: 0 | 1): Properties =>
    Object.fromEntries(Object.entries(values).map(([name, pair]) => [name, pair[which]]));

const without = (inputs: Properties, name: string): Properties =>
    Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== name));

/** The type, and what it says of these inputs, in the terms in which they are written down. */
export async function inputsOf(token: string, expected: Inputs): Promise<Inputs> {
    const type: ResourceType = (await pluginFor(token.split(":")[0])!()).types[token];
    const [one, other] = [valuesOf(expected, 0), valuesOf(expected, 1)];
    for (const all of [one, other]) {
        const { inputs, failures } = await type.check({}, all);
        expect([withoutDefaults(inputs), failures]).toEqual([all, []]);
    }
    const names = Object.keys(one);
    const replaces: string[] = [];
    const kept: string[] = [];
    for (const name of names) {
        const another = other[name] === one[name] ? "another" : other[name]; // where only one is allowed
        const changed = await type.diff("id", {}, one, { ...one, [name]: another });
        expect([name, changed.changes, changed.diffs]).toEqual([name, true, [name]]);
        if (changed.replaces.length > 0) replaces.push(name);
        expect(changed.replaces).toEqual(replaces.includes(name) ? [name] : []);
        const left = await type.diff("id", {}, one, without(one, name));
        if (!left.changes) kept.push(name);
    }
    const { failures } = await type.check({}, {});
    expect(failures.filter(({ reason }) => !reason.includes(" is missing, must be "))).toEqual([]);
    const required = failures.map(({ property }) => property);
    const least = Object.fromEntries<Value | undefined>(required.map((name) => [name, one[name]]));
    const filledIn = Object.entries(withoutDefaults((await type.check({}, least)).inputs) as Record<string, Value>);
    const defaults = Object.fromEntries<Value>(filledIn.filter(([name]) => !required.includes(name)));
    return { values: expected.values, required, defaults, replaces, kept };
}

/** What `check` makes of inputs, and what is wrong with them. */
export async function checked(token: string, given: Properties): Promise<{ inputs: Properties; reasons: string[] }> {
    const type = (await pluginFor(token.split(":")[0])!()).types[token];
    const { inputs, failures } = await type.check({}, given);
    return { inputs, reasons: failures.map(({ reason }) => reason) };
}
