/** @throws Error if an object would be renamed, as its name is also its id. */
export function keepName(kind: string, id: string, name: string): void {
    if (name !== id) throw new Error(`${kind} ${id} can't be renamed to ${name} without the official plugin`);
}
