import { randomInt } from "node:crypto";

/** The character rules of a random string, as in terraform-provider-random's random_password. */
export interface CharacterRules {
    /** Total length; at least the sum of the minima. */
    length: number;
    lower: boolean;
    upper: boolean;
    numeric: boolean;
    special: boolean;
    minLower: number;
    minUpper: number;
    minNumeric: number;
    minSpecial: number;
    /** Used instead of `SPECIAL` if not empty. */
    overrideSpecial: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMERIC = "0123456789";
export const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const draw = (from: string[], count: number): string[] =>
    Array.from({ length: count }, () => from[randomInt(from.length)]);

/** Fisher-Yates, so that no position reveals which rule a character fulfils. */
function shuffle(characters: string[]): string[] {
    for (let last = characters.length - 1; last > 0; last--) {
        const other = randomInt(last + 1);
        [characters[last], characters[other]] = [characters[other], characters[last]];
    }
    return characters;
}

/**
 * A string of `length` characters, each drawn uniformly (node:crypto has no modulo bias).
 * @throws Error if no kind of character is allowed.
 */
export function randomString(rules: CharacterRules): string {
    const kinds = [
        { allowed: rules.upper, characters: [...UPPER], least: rules.minUpper },
        { allowed: rules.lower, characters: [...LOWER], least: rules.minLower },
        { allowed: rules.numeric, characters: [...NUMERIC], least: rules.minNumeric },
        { allowed: rules.special, characters: [...(rules.overrideSpecial || SPECIAL)], least: rules.minSpecial },
    ];
    const alphabet = kinds.filter((kind) => kind.allowed).flatMap((kind) => kind.characters);
    if (alphabet.length === 0) throw new Error("upper, lower, numeric and special are all false; one must be true");
    const least = kinds.flatMap((kind) => draw(kind.characters, kind.least));
    return shuffle([...least, ...draw(alphabet, rules.length - least.length)]).join("");
}
