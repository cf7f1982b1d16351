import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, storedProvider } from "../../../providers/dynamic";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- as the SDK's dynamic provider process loads it
const requireFromString = require("require-from-string") as (code: string) => { handler(): Methods };
type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

describe("storedProvider", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "dynamic-"));
    const module = path.join(dir, "provider.ts");
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    it("is small enough to be kept in the state of every resource", () => {
        expect(storedProvider("providers/kernel-module/provider.ts").length).toBeLessThan(700);
    });

    it("delegates every method to the TypeScript module", async () => {
        fs.writeFileSync(
            module,
            `const echo = (name: string) => async (...args: unknown[]) => [name, ...args];
             export const provider = {
                 check: echo("check"), diff: echo("diff"), create: echo("create"),
                 read: echo("read"), update: echo("update"), delete: echo("delete"),
             };`,
        );
        const handler = requireFromString(storedProvider(module)).handler();
        for (const method of ["check", "diff", "create", "read", "update", "delete"]) {
            await expect(handler[method]("id", { a: 1 })).resolves.toEqual([method, "id", { a: 1 }]);
        }
    });

    it("drops undefined members from a result, which Pulumi's wire format can't represent", async () => {
        const sparse = path.join(dir, "sparse.ts");
        fs.writeFileSync(
            sparse,
            `export const provider = { read: async () => ({ id: "1", props: { a: 1, b: undefined } }) };`,
        );
        const handler = requireFromString(storedProvider(sparse)).handler();
        expect(await handler.read("1", {})).toStrictEqual({ id: "1", props: { a: 1 } });
    });

    it("passes errors on without a stack", async () => {
        const failing = path.join(dir, "failing.ts");
        fs.writeFileSync(failing, `export const provider = { read: async () => { throw new Error("no such VM"); } };`);
        const handler = requireFromString(storedProvider(failing)).handler();
        await expect(handler.read("id", {})).rejects.toMatchObject({ message: "no such VM", stack: "" });
    });
});

describe("DynamicResource", () => {
    class Thing extends DynamicResource {
        declare readonly size: pulumi.Output<number>;
        declare readonly made: pulumi.Output<string>;

        constructor(name: string, args: { size: pulumi.Input<number> }) {
            super({ type: "Thing", provider: "providers/thing/provider.ts", outputs: ["made"] }, name, args, undefined);
        }
    }

    it("registers a dynamic resource with a readable type and its stored provider", async () => {
        const seen: pulumi.runtime.MockResourceArgs[] = [];
        await pulumi.runtime.setMocks({
            call: (args) => args.inputs,
            newResource: (args) => {
                seen.push(args);
                return { id: "1", state: { ...args.inputs, made: "yes" } };
            },
        });
        const thing = new Thing("a", { size: 3 });
        const [size, made] = await new Promise<[number, string]>((resolve) =>
            pulumi.all([thing.size, thing.made]).apply(resolve),
        );
        expect([size, made]).toEqual([3, "yes"]);
        expect(seen[0].type).toBe("pulumi-nodejs:dynamic/voip:Thing");
        expect(seen[0].inputs.__provider).toBe(storedProvider("providers/thing/provider.ts"));
    });
});
