import { bridged } from "../bridge";
import type { Plugin } from "../plugin";
import { randomId, randomUuid } from "./identifier";
import { textType } from "./text";

/** Go's bcrypt writes version 2a, which names the same algorithm as 2b; cost 10 is its default. */
async function bcrypt(text: string): Promise<string> {
    const { genSalt, hash } = await import("bcryptjs");
    return hash(text, (await genSalt(10)).replace(/^\$2b\$/, "$2a$"));
}

/** The types of @pulumi/random that a program here may use. Secrets of a stack begin here: node:crypto only. */
export function randomPlugin(): Plugin {
    return {
        name: "random",
        version: "4.21.2",
        async configure() {
            // The provider has no settings.
        },
        types: bridged({
            "random:index/randomPassword:RandomPassword": textType({
                schemaVersion: "3",
                secretOutputs: ["result", "bcryptHash"],
                derived: ["result", "bcryptHash"],
                derive: async (result) => ({ id: "none", outputs: { result, bcryptHash: await bcrypt(result) } }),
            }),
            "random:index/randomString:RandomString": textType({
                schemaVersion: "2",
                secretOutputs: [],
                derived: ["result"],
                derive: async (result) => ({ id: result, outputs: { result } }),
            }),
            "random:index/randomId:RandomId": randomId,
            "random:index/randomUuid:RandomUuid": randomUuid,
        }),
        functions: {},
    };
}
