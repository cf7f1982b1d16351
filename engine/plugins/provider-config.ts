import { checkInputs, type Fields } from "./inputs";
import { hasUnknown, type Properties, type Value } from "./plugin";

/** The SDK sends values other than strings as JSON text. */
function fromText(value: Value | undefined): Value | undefined {
    if (typeof value !== "string") return value;
    try {
        return JSON.parse(value) as Value;
    } catch {
        return value; // the check reports the right type
    }
}

/**
 * A provider's settings with their types and defaults.
 * @returns undefined if they come from a resource that a preview only plans; then the server is not contacted.
 * @throws Error that names every invalid setting
 */
export function readProviderConfig(name: string, fields: Fields, config: Properties): Properties | undefined {
    const typed = Object.entries(config)
        .filter(([key]) => key !== "version")
        .map(([key, value]) => [key, fields[key]?.shape === "string" ? value : fromText(value)]);
    const { inputs, failures } = checkInputs(fields, {}, Object.fromEntries(typed) as Properties);
    if (failures.length > 0) throw new Error(`${name} provider: ${failures.map(({ reason }) => reason).join("; ")}`);
    return hasUnknown(inputs) ? undefined : inputs;
}
