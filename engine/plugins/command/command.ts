import type { Plugin } from "../plugin";
import { localCommand } from "./local";

/** The types of @pulumi/command that a program here may use. */
export function commandPlugin(): Plugin {
    return {
        name: "command",
        version: "1.2.1",
        async configure() {
            // The provider has no settings.
        },
        types: { "command:local:Command": localCommand },
        functions: {},
    };
}
