import ts from "typescript";

/** One change of one token, that should make a test fail. */
export interface Mutant {
    /** Offset in the source. */
    at: number;
    from: string;
    to: string;
    /** Line, from 1. */
    line: number;
    /** Start and end of the expression that is evaluated before or together with the token. */
    reach: [number, number];
}

const swaps = new Map<ts.SyntaxKind, string>([
    [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
    [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
    [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
    [ts.SyntaxKind.BarBarToken, "&&"],
    [ts.SyntaxKind.LessThanToken, ">="],
    [ts.SyntaxKind.GreaterThanToken, "<="],
    [ts.SyntaxKind.LessThanEqualsToken, ">"],
    [ts.SyntaxKind.GreaterThanEqualsToken, "<"],
    [ts.SyntaxKind.PlusToken, "-"],
    [ts.SyntaxKind.MinusToken, "+"],
    [ts.SyntaxKind.AsteriskToken, "/"],
    [ts.SyntaxKind.TrueKeyword, "false"],
    [ts.SyntaxKind.FalseKeyword, "true"],
]);

/** Where a change means nothing to a run: types, names of modules, keys, and what is said to people. */
function isOutOfReach(node: ts.Node): boolean {
    return (
        ts.isTypeNode(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isImportDeclaration(node) ||
        ts.isExportDeclaration(node) ||
        ts.isThrowStatement(node) ||
        isError(node) ||
        isDescription(node)
    );
}

/** `description: "..."`, of what is allowed or what a rule is for. */
const isDescription = (node: ts.Node): boolean =>
    ts.isPropertyAssignment(node) && node.name.getText() === "description" && ts.isStringLiteral(node.initializer);

/** `new Error(...)`, whatever becomes of it. */
const isError = (node: ts.Node): boolean =>
    ts.isNewExpression(node) && ts.isIdentifier(node.expression) && /(Error|Failure)$/.test(node.expression.text);

/** `{ "key": 1 }`, `const { "key": name } = ...`, `"method"() {}`. */
function isKey(node: ts.Node): boolean {
    const { name, propertyName } = node.parent as { name?: ts.Node; propertyName?: ts.Node };
    return name === node || propertyName === node;
}

/** What takes the place of a token; undefined: it is left alone. */
function replacement(node: ts.Node, text: string): string | undefined {
    if (node.parent && ts.isBinaryExpression(node.parent) && node === node.parent.operatorToken)
        return swaps.get(node.kind);
    if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
        return swaps.get(node.kind);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return text.slice(1);
    if (ts.isNumericLiteral(node) && !isKey(node)) return String(Number(node.text) + 1);
    if (ts.isStringLiteral(node) && node.text && !isKey(node)) return '"mutated"';
    return undefined;
}

/** Every mutant of a TypeScript source. */
export function mutantsOf(source: string): Mutant[] {
    const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);
    const found: Mutant[] = [];
    const visit = (node: ts.Node): void => {
        if (isOutOfReach(node)) return;
        const from = node.getText(file);
        const to = replacement(node, from);
        if (to !== undefined) {
            const at = node.getStart(file);
            const { parent } = node;
            const evaluated = ts.isBinaryExpression(parent) && node === parent.operatorToken ? parent.left : node;
            found.push({
                at,
                from,
                to,
                line: file.getLineAndCharacterOfPosition(at).line + 1,
                reach: [evaluated.getStart(file), evaluated.getEnd()],
            });
        }
        ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
}

export const mutated = (source: string, { at, from, to }: Mutant): string =>
    source.slice(0, at) + to + source.slice(at + from.length);

/** The source with a call of `globalThis.reached` for each mutant, by its number, at the moment that its token takes part. */
export function marked(source: string, mutants: ReadonlyMap<number, Mutant>): string {
    const inserted = [...mutants].flatMap(([id, { reach }]) => [
        { at: reach[0], text: `(globalThis.reached?.(${id}), ` },
        { at: reach[1], text: ")" },
    ]);
    return inserted
        .sort((one, other) => other.at - one.at)
        .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), source);
}
