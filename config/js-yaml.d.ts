/** The part of js-yaml that this project uses; the package has no types of its own. */
declare module "js-yaml" {
    export interface Schema {
        readonly name?: string;
    }
    export const CORE_SCHEMA: Schema;
    /** Position in the text, counted from 0. */
    export interface Mark {
        line: number;
        column: number;
    }
    export class YAMLException extends Error {
        reason: string;
        mark?: Mark;
    }
    export function load(text: string, options?: { schema?: Schema }): unknown;
    export function dump(
        value: unknown,
        options?: { schema?: Schema; lineWidth?: number; skipInvalid?: boolean },
    ): string;
}
