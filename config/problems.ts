/** Name of the project, and namespace of its config keys. */
export const project = "voip-stack";

/** Collects the faults of a configuration, so that all are reported at once. */
export class Problems {
    readonly sentences: string[] = [];

    /** One sentence: the key, the value received, and what is allowed or what to do. */
    add(key: string, value: unknown, rule: string): void {
        this.sentences.push(`${project}:${key} is ${show(value)}: ${rule}.`);
    }

    oneOf<T extends string>(key: string, value: string, allowed: readonly T[]): value is T {
        const known = (allowed as readonly string[]).includes(value);
        if (!known) this.add(key, value, `allowed ${allowed.length === 1 ? "is" : "are"} ${allowed.join(", ")}`);
        return known;
    }

    between(key: string, value: unknown, least: number, most: number, unit = ""): value is number {
        const fits = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
        if (!fits) this.add(key, value, `allowed is a whole number from ${least} to ${most}${unit && ` ${unit}`}`);
        return fits;
    }
}

export const show = (value: unknown): string => JSON.stringify(value) ?? "empty";
