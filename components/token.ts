/** Type of a component of this project. */
export const componentType = (name: string): string => `voip:index:${name}`;
