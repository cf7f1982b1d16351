/** @throws Error when an object is to be known by another name, which is another id as well. */
export function keepName(kind: string, id: string, name: string): void {
    if (name !== id) throw new Error(`${kind} ${id} can't be renamed to ${name} without the official plugin`);
}
