import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../paths";

/** The texts of a checkout, by their path in it. */
export type Tree = ReadonlyMap<string, string>;

/** Fetched, or written by a run: no part of the tree. */
const left = ["node_modules", ".git", ".voip", "coverage", "package-lock.json"];

/** Bytes; what is larger is no text of ours, but an image archive or the like that somebody put there. */
const largestText = 4 * 2 ** 20;

export function readTree(): Tree {
    const full = (name: string): string => path.join(projectDir, name);
    const below = (folder: string): string[] =>
        fs
            .readdirSync(full(folder), { withFileTypes: true })
            .filter(({ name }) => !left.includes(name))
            .flatMap((entry) => {
                const name = path.posix.join(folder, entry.name);
                if (entry.isDirectory()) return below(name);
                return entry.isFile() && fs.statSync(full(name)).size <= largestText ? [name] : [];
            });
    return new Map(below("").map((file) => [file, fs.readFileSync(full(file), "utf8")]));
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** Everything that matches, as `FILE:LINE`, with the match's first group. */
function findings(file: string, text: string, pattern: RegExp): { at: string; found: string }[] {
    return [...text.matchAll(pattern)].map((match) => ({
        at: `${file}:${lineAt(text, match.index)}`,
        found: match[1],
    }));
}

/** The pages of the ADRs, each with its number. */
export function decisionPages(tree: Tree): [number: string, file: string][] {
    const page = /^docs\/decisions\/adr-(\d+)-[a-z0-9-]+\.md$/;
    return [...tree.keys()].sort().flatMap((file): [string, string][] => {
        const number = page.exec(file)?.[1];
        return number ? [[number, file]] : [];
    });
}

/** Each place that cites an ADR without a page, in whatever notation. */
export function citationsWithoutPage(tree: Tree): string[] {
    const known = new Set(decisionPages(tree).map(([number]) => number));
    return [...tree].flatMap(([file, text]) =>
        findings(file, text, /\bADR[-_ ]?(\d+)/gi)
            .filter(({ found }) => !known.has(found))
            .map(({ at, found }) => `${at} cites ADR-${found}, which has no page docs/decisions/adr-${found}-*.md`),
    );
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");
const withoutFences = (markdown: string): string => markdown.replace(/^```[^]*?^```/gm, blank);
const withoutCode = (markdown: string): string => withoutFences(markdown).replace(/`[^`\n]*`/g, blank);

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(markdown: string): Set<string> {
    const seen = new Map<string, number>();
    const slugs = [...withoutFences(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => {
        const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim();
        const slug = text
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
            .replaceAll(" ", "-");
        const earlier = seen.get(slug) ?? 0;
        seen.set(slug, earlier + 1);
        return earlier > 0 ? `${slug}-${earlier}` : slug;
    });
    return new Set(slugs);
}

const pagesOf = (tree: Tree): [string, string][] => [...tree].filter(([file]) => file.endsWith(".md"));

/** Each link of a page to a file that is not there, or to a heading that it does not have. */
export function brokenLinks(tree: Tree): string[] {
    return pagesOf(tree).flatMap(([file, text]) => {
        const plain = withoutCode(text);
        const links = [
            ...findings(file, plain, /\[[^\]]*\]\(\s*([^)\s]+)[^)]*\)/g),
            ...findings(file, plain, /^\[[^\]]+\]:\s+(\S+)/gm),
        ];
        return links
            .filter(({ found }) => !/^[a-z][a-z+.-]*:/i.test(found))
            .flatMap(({ at, found }) => {
                const [to, anchor] = decodeURI(found).split("#");
                const target = to === "" ? file : path.posix.join(path.posix.dirname(file), to);
                const page = tree.get(target);
                if (page === undefined) return [`${at} links ${found}: there is no file ${target}`];
                if (anchor === undefined || !target.endsWith(".md") || anchorsOf(page).has(anchor)) return [];
                return [`${at} links ${found}: ${target} has no heading of that name`];
            });
    });
}

/** Each path in backquotes of a page that begins like one of the tree and is none. */
export function lostPaths(tree: Tree): string[] {
    const files = [...tree.keys()];
    const folders = new Set(files.flatMap((file) => parents(file)));
    return pagesOf(tree).flatMap(([file, text]) =>
        findings(file, withoutFences(text), /`([\w.-]+\/[\w./-]*)`/g)
            .filter(({ found }) => folders.has(found.split("/")[0]))
            .filter(({ found }) => !tree.has(found) && !folders.has(found.replace(/\/$/, "")))
            .map(({ at, found }) => `${at} names ${found}, which is not there`),
    );
}

function parents(file: string): string[] {
    const parts = file.split("/").slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
