import type { Properties, ResourceType } from "../../../engine/plugins/plugin";
import { context } from "../../unit/plugins/context";

/** A resource as the engine would keep it. */
export interface Made {
    type: ResourceType;
    id: string;
    inputs: Properties;
    outputs: Properties;
}

async function checked(type: ResourceType, news: Properties, olds: Properties = {}): Promise<Properties> {
    const { inputs, failures } = await type.check(olds, news);
    expect(failures).toEqual([]);
    return inputs;
}

/** Creates it, and expects that nothing differs then, neither from what is wanted nor from what a refresh finds. */
export async function create(type: ResourceType, news: Properties): Promise<Made> {
    const inputs = await checked(type, news);
    const { id, outputs } = await type.create(inputs, context());
    const made = { type, id, inputs, outputs };
    await expectNoDrift(made);
    return made;
}

/** Changes it in place. */
export async function update(old: Made, news: Properties): Promise<Made> {
    const inputs = await checked(old.type, news, old.inputs);
    const diff = await old.type.diff(old.id, old.inputs, old.outputs, inputs);
    expect(diff).toMatchObject({ changes: true, replaces: [] });
    const { outputs } = await old.type.update!(old.id, old.outputs, inputs, context());
    const made = { ...old, inputs, outputs };
    await expectNoDrift(made);
    return made;
}

/** What differs between the resource and what is wanted, without touching anything. */
export async function diff(made: Made, news: Properties): Promise<{ diffs: string[]; replaces: string[] }> {
    const inputs = await checked(made.type, news, made.inputs);
    const { diffs, replaces } = await made.type.diff(made.id, made.inputs, made.outputs, inputs);
    return { diffs: diffs.sort(), replaces: replaces.sort() };
}

/** What a refresh finds to differ from what was wanted; undefined when the object is gone. */
export async function drift(made: Made): Promise<string[] | undefined> {
    const found = await made.type.read!(made.id, made.inputs, made.outputs);
    if (!found) return undefined;
    const { diffs } = await made.type.diff(found.id, made.inputs, found.outputs, made.inputs);
    return diffs;
}

async function expectNoDrift(made: Made): Promise<void> {
    expect(await diff(made, made.inputs)).toEqual({ diffs: [], replaces: [] });
    if (made.type.read) expect(await drift(made)).toEqual([]);
}

/** Deletes it twice: what is gone already was deleted. */
export async function remove(made: Made): Promise<void> {
    await made.type.delete(made.id, made.outputs, context());
    if (made.type.read) expect(await drift(made)).toBeUndefined();
    await made.type.delete(made.id, made.outputs, context());
}
