const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_PREFIX = "pulumi:providers:";

export interface Urn {
    stack: string;
    project: string;
    /** Types of the parents and of the resource, joined by `$`. */
    qualifiedType: string;
    name: string;
}

/** @throws Error if `urn` is not `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
export function parseUrn(urn: string): Urn {
    const match = /^urn:pulumi:([^:]+(?::[^:]+)*?)::([^:]*)::(.*?)::(.*)$/s.exec(urn);
    if (!match) throw new Error(`'${urn}' is not a resource's URN: expected urn:pulumi:STACK::PROJECT::TYPE::NAME`);
    return { stack: match[1], project: match[2], qualifiedType: match[3], name: match[4] };
}

/** The resource's own type, without its parents'. */
export const typeOfUrn = (urn: string): string => parseUrn(urn).qualifiedType.split("$").at(-1) ?? "";
export const nameOfUrn = (urn: string): string => parseUrn(urn).name;

export function makeUrn(
    stack: string,
    project: string,
    parent: string | undefined,
    type: string,
    name: string,
): string {
    const parentType = parent ? parseUrn(parent).qualifiedType : "";
    const qualified = parentType && parentType !== STACK_TYPE ? `${parentType}$${type}` : type;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

export const isStackType = (type: string): boolean => type === STACK_TYPE;
/** Resources of the official engine itself, such as a StackReference; not the stack or providers. */
export const isBuiltIn = (type: string): boolean =>
    type.startsWith("pulumi:") && !isStackType(type) && !isProviderType(type);
export const isProviderType = (type: string): boolean => type.startsWith(PROVIDER_PREFIX);
export const providerType = (packageName: string): string => `${PROVIDER_PREFIX}${packageName}`;

/** `docker:index/container:Container` and `pulumi:providers:docker` belong to package `docker`. */
export function packageOfType(type: string): string {
    return isProviderType(type) ? type.slice(PROVIDER_PREFIX.length) : type.split(":")[0];
}

/** A provider reference is the provider resource's URN and its id, joined by `::`. */
export function parseProviderReference(reference: string): { urn: string; id: string } {
    const at = reference.lastIndexOf("::");
    if (at < 0) throw new Error(`'${reference}' is not a provider reference: expected URN::ID`);
    return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}

/** A provider that the engine made because the program named none; it is never shown. */
export function isDefaultProvider(urn: string): boolean {
    return isProviderType(typeOfUrn(urn)) && /^default(_|$)/.test(nameOfUrn(urn));
}
