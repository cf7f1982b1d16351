import { nearest } from "./nearest";
import type { Problems } from "./problems";
import type { Values } from "./rules";
import { plainSipModes, type Edge } from "./types";

const members = ["plainSip"];

/** What the proxies accept from outside. */
export function checkEdge(values: Values, problems: Problems): Edge {
    const given = values.edge as Record<string, unknown>;
    for (const name of Object.keys(given)) {
        if (!members.includes(name)) {
            problems.add(`edge.${name}`, given[name], `no such setting, the nearest is ${nearest(name, members)}`);
        }
    }
    const { plainSip = "refuse" } = given as { plainSip?: string };
    return { plainSip: problems.oneOf("edge.plainSip", plainSip, plainSipModes) ? plainSip : "refuse" };
}
