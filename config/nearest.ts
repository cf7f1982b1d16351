/** Levenshtein distance: insertions, deletions and substitutions that turn one text into the other. */
export function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, column) => column);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
        }
        row = next;
    }
    return row[b.length];
}

/** The known name that is nearest to the text, regardless of case. */
export function nearest(written: string, known: readonly string[]): string {
    const far = (name: string) => distance(written.toLowerCase(), name.toLowerCase());
    return known.reduce((best, name) => (far(name) < far(best) ? name : best));
}
