import { brokenLinks, citationsWithoutPage, decisionPages, lostPaths, readTree, type Tree } from "./tree";

const tree = readTree();

describe("the tree", () => {
    it("cites no ADR that has no page", () => expect(citationsWithoutPage(tree)).toEqual([]));

    it("has no link to a file or heading that is not there", () => expect(brokenLinks(tree)).toEqual([]));

    it("names no path in its pages that is not there", () => expect(lostPaths(tree)).toEqual([]));
});

describe("docs/decisions", () => {
    const pages = decisionPages(tree);

    it("has one page for each decision, the first seventeen at least", () => {
        const numbers = Array.from({ length: Math.max(17, pages.length) }, (_, n) => String(n + 1).padStart(3, "0"));
        expect(pages.map(([number]) => number)).toEqual(numbers);
    });

    it.each(pages)("has ADR %s in its index and in the title of its page", (number, file) => {
        expect(tree.get(file)).toMatch(new RegExp(`^# ADR-${number}: \\S`));
        expect(tree.get("docs/decisions/README.md")).toContain(`(${file.replace("docs/decisions/", "")})`);
    });
});

describe("the search", () => {
    // put together here, so that this file cites nothing itself
    const cites = (number: string): string => ["ADR", number].join("-");
    const pageName = (number: string): string => `${cites(number).toLowerCase()}-one.md`;
    const treeOf = (files: Record<string, string>): Tree => new Map(Object.entries(files));
    const text = "# One\n\n## What `./voip` does\n\n## Twice\n\n## Twice\n\n```\n# no heading\n```\n";
    const page = { [`docs/decisions/${pageName("001")}`]: text };

    it("finds a citation without a page, in any file and notation", () => {
        const said = (comment: string) => citationsWithoutPage(treeOf({ ...page, "vault/a.ts": `\n// ${comment}` }));
        const lost = `vault/a.ts:2 cites ${cites("099")}, which has no page docs/decisions/${cites("099").toLowerCase()}-*.md`;
        expect(said(cites("001"))).toEqual([]);
        expect(said(cites("099"))).toEqual([lost]);
        expect(said(cites("099").toLowerCase())).toEqual([lost]);
        expect(said(cites("099").replace("-", " "))).toEqual([lost]);
        expect(said(cites("1"))).toHaveLength(1);
    });

    it("finds a link to a file or a heading that is not there", () => {
        const said = (markdown: string) => brokenLinks(treeOf({ ...page, "docs/a.md": markdown }));
        const target = `decisions/${pageName("001")}`;
        for (const anchor of ["", "#one", "#what-voip-does", "#twice", "#twice-1"]) {
            expect(said(`[one](${target}${anchor})`)).toEqual([]);
        }
        expect(said("[web](https://example.net/a.md) and `[code](b.md)`\n\n```\n[code](b.md)\n```\n")).toEqual([]);
        expect(said("## Here\n\n[here](#here)")).toEqual([]);
        expect(said("\n\n[`b`](b.md)")).toEqual(["docs/a.md:3 links b.md: there is no file docs/b.md"]);
        expect(said("![picture](b.svg)")).toHaveLength(1);
        expect(said("[b]\n\n[b]: b.md")).toHaveLength(1);
        const heading = `docs/a.md:1 links ${target}#no-heading: docs/${target} has no heading of that name`;
        expect(said(`[no](${target}#no-heading)`)).toEqual([heading]);
        expect(said("[there](#there)")).toHaveLength(1);
    });

    it("finds a path in backquotes that is not there", () => {
        const said = (markdown: string) => lostPaths(treeOf({ "vault/a.ts": "", "docs/a.md": markdown }));
        expect(said("`vault/a.ts`, `vault/`, `vault`, `secret/data/x`, `vault/*.ts`")).toEqual([]);
        expect(said("`vault/b.ts`")).toEqual(["docs/a.md:1 names vault/b.ts, which is not there"]);
        expect(said("`vault/b/`")).toHaveLength(1);
    });
});
