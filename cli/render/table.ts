/** Columns aligned to the widest cell, separated by two blanks; the heading in upper case. */
export function table(heading: string[], rows: string[][]): string {
    const all = [heading.map((cell) => cell.toUpperCase()), ...rows];
    const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column].length)));
    return all
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column]))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
