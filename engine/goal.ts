import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { aliasesOf, type Alias } from "./aliases";
import type { PropertyMap } from "./properties";
import type { CustomTimeouts } from "./state";
import { fromStruct } from "./struct";
import { isBuiltIn, makeUrn } from "./urn";

/** What the program wants one resource to be. */
export interface Goal {
    urn: string;
    type: string;
    custom: boolean;
    parent?: string;
    inputs: PropertyMap;
    protect: boolean;
    dependencies: string[];
    propertyDependencies: Record<string, string[]>;
    /** Undefined: the provider decides. */
    deleteBeforeReplace?: boolean;
    ignoreChanges: string[];
    replaceOnChanges: string[];
    additionalSecretOutputs: string[];
    aliases: Alias[];
    customTimeouts?: CustomTimeouts;
    retainOnDelete: boolean;
    deletedWith?: string;
}

/** @throws Error if the text is not a duration such as `90s`, `5m` or `1h30m`. */
export function seconds(duration: string): number {
    const unit: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
    const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
    if (parts.length === 0 || parts.map((part) => part[0]).join("") !== duration) {
        throw new Error(`customTimeouts: '${duration}' is not a duration: write it as 90s, 5m or 1h30m`);
    }
    return parts.reduce((sum, [, count, name]) => sum + Number(count) * unit[name], 0);
}

function timeouts(request: RegisterResourceRequest): CustomTimeouts | undefined {
    const given = request.getCustomtimeouts();
    const texts = { create: given?.getCreate(), update: given?.getUpdate(), delete: given?.getDelete() };
    const set = Object.entries(texts).flatMap(([operation, text]) => (text ? [[operation, text] as const] : []));
    if (set.length === 0) return undefined;
    return Object.fromEntries(set.map(([operation, text]) => [operation, seconds(text)]));
}

/** Requested options that this engine does not support; reported before anything is touched. */
function unsupported(request: RegisterResourceRequest): string[] {
    const hooks: Record<string, string[]> = { ...request.getHooks()?.toObject() };
    const isNested = (property: string): boolean => !/^(\*|[A-Za-z_]\w*)$/.test(property);
    const ignored = request.getIgnorechangesList().filter(isNested);
    // Every command of @pulumi/command asks for `triggers[*]`: any element, that is, any change of the property.
    const forcing = request.getReplaceonchangesList().filter((name) => isNested(name.replace(/\[\*\]$/, "")));
    return [
        ...(ignored.length > 0 ? [`ignoreChanges inside of a property (${ignored.join(", ")})`] : []),
        ...(forcing.length > 0 ? [`replaceOnChanges inside of a property (${forcing.join(", ")})`] : []),
        ...(request.getRemote() ? ["remote components"] : []),
        ...(request.getImportid() ? ["import"] : []),
        ...(request.getTransformsList().length > 0 ? ["transforms"] : []),
        ...(request.getStateMigrationsList().length > 0 ? ["state migrations"] : []),
        ...(request.getReplaceWithList().length > 0 ? ["replaceWith"] : []),
        ...(request.getReplacementTrigger() ? ["replacementTrigger"] : []),
        ...(request.getPackageref() ? ["parameterized packages"] : []),
        ...(Object.values(hooks).some((names) => names.length > 0) ? ["hooks"] : []),
        ...(request.getEnvvarmappingsMap().getLength() > 0 ? ["envVarMappings"] : []),
        ...(request.getHidediffsList().length > 0 ? ["hideDiffs"] : []),
        ...(isBuiltIn(request.getType()) ? [`the built-in type ${request.getType()}`] : []),
    ];
}

/** @throws Error naming options that the embedded engine does not support. */
export function goalOf(request: RegisterResourceRequest, stack: string, project: string): Goal {
    const type = request.getType();
    const name = request.getName();
    const refused = unsupported(request);
    if (refused.length > 0) {
        throw new Error(`${name} (${type}) uses ${refused.join(", ")}, which the embedded engine does not support`);
    }
    const parent = request.getParent() || undefined;
    const propertyDependencies: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((urns, property) => {
        propertyDependencies[property] = urns.getUrnsList();
    });
    return {
        urn: makeUrn(stack, project, parent, type, name),
        type,
        custom: request.getCustom(),
        parent,
        inputs: fromStruct(request.getObject()),
        protect: request.getProtect() ?? false,
        dependencies: request.getDependenciesList(),
        propertyDependencies,
        deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        aliases: aliasesOf(request),
        customTimeouts: timeouts(request),
        retainOnDelete: request.getRetainondelete() ?? false,
        deletedWith: request.getDeletedwith() || undefined,
    };
}
