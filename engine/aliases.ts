import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { isStackType, makeUrn, nameOfUrn, parseUrn, typeOfUrn } from "./urn";

/** Another identity that a resource may have had: a URN, or the parts that differed. */
export type Alias =
    string | { name?: string; type?: string; parent?: string; noParent: boolean; project?: string; stack?: string };

export function aliasesOf(request: RegisterResourceRequest): Alias[] {
    const given = request.getAliasesList().map((alias): Alias => {
        const spec = alias.getSpec();
        if (alias.getUrn() || !spec) return alias.getUrn();
        return {
            name: spec.getName() || undefined,
            type: spec.getType() || undefined,
            parent: spec.getParenturn() || undefined,
            noParent: spec.getNoparent(),
            project: spec.getProject() || undefined,
            stack: spec.getStack() || undefined,
        };
    });
    return [...given, ...request.getAliasurnsList()];
}

/** A child whose name starts with its parent's was named after it, so its name changed with its parent's. */
function inherited(child: { type: string; name: string }, parent: string, oldParent: string): string {
    const parentName = nameOfUrn(parent);
    const named = child.name.startsWith(parentName);
    const name = named ? nameOfUrn(oldParent) + child.name.slice(parentName.length) : child.name;
    const { stack, project } = parseUrn(parent);
    return makeUrn(stack, project, oldParent, child.type, name);
}

/**
 * The URNs under which the state may have a resource, other than its own (pulumi/pulumi, pkg/resource/deploy/step_generator.go,
 * generateAliases).
 * @param renamed URNs of this run's resources that were found under another URN, and that URN
 */
export function oldUrns(
    resource: { urn: string; parent?: string; aliases: readonly Alias[] },
    renamed: ReadonlyMap<string, string>,
): string[] {
    const { urn, parent, aliases } = resource;
    const { stack, project, name } = parseUrn(urn);
    const type = typeOfUrn(urn);
    const own = aliases.map((alias) => {
        if (typeof alias === "string") return alias;
        const given = alias.parent && (renamed.get(alias.parent) ?? alias.parent);
        const oldParent = alias.noParent ? undefined : (given ?? parent);
        const place = oldParent && !isStackType(typeOfUrn(oldParent)) ? oldParent : undefined;
        return makeUrn(alias.stack ?? stack, alias.project ?? project, place, alias.type ?? type, alias.name ?? name);
    });
    const oldParent = parent && renamed.get(parent);
    if (!parent || !oldParent) return own;
    const children = [{ type, name }, ...own.map((old) => ({ type: typeOfUrn(old), name: nameOfUrn(old) }))];
    return [...new Set([...own, ...children.map((child) => inherited(child, parent, oldParent))])];
}
