import { bridged } from "../bridge";
import type { Plugin } from "../plugin";
import { randomPassword } from "./password";
import { randomUuid } from "./uuid";

/** The types of @pulumi/random that a program may use here. They generate the secrets of a stack: node:crypto only. */
export function randomPlugin(): Plugin {
    return {
        name: "random",
        version: "4.21.2",
        async configure() {
            // The provider has no settings.
        },
        types: bridged({
            "random:index/randomPassword:RandomPassword": randomPassword,
            "random:index/randomUuid:RandomUuid": randomUuid,
        }),
        functions: {},
    };
}
