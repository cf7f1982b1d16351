/**
 * A walk along `steps` in which every `length` of them that differ stand beside each other in every order: an Eulerian circuit
 * of the graph whose nodes are the orders of one step less (Hierholzer's algorithm).
 */
export function walk<T>(steps: readonly T[], length: number): T[] {
    const key = (path: readonly T[]): string => path.map((step) => steps.indexOf(step)).join(" ");
    const untried = new Map<string, T[]>();
    const nextOf = (path: readonly T[]): T[] => {
        const known = untried.get(key(path));
        if (known) return known;
        const all = steps.filter((step) => !path.includes(step));
        untried.set(key(path), all);
        return all;
    };
    const open: T[][] = [steps.slice(0, length - 1)];
    const circuit: T[][] = [];
    while (open.length > 0) {
        const here = open.at(-1)!;
        const next = nextOf(here).shift();
        if (next === undefined) circuit.unshift(open.pop()!);
        else open.push([...here.slice(1), next]);
    }
    return [...circuit[0].slice(0, -1), ...circuit.map((path) => path.at(-1)!)];
}
