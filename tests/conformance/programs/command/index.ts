import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const echo = new local.Command("echo", {
    create: "printf %s $WORD",
    delete: "true",
    environment: { WORD: config.require("word") },
    triggers: [config.require("trigger")],
});
const second = new local.Command("second", { create: pulumi.interpolate`printf 'after %s' ${echo.stdout}` });

export const stdout = echo.stdout;
export const after = second.stdout;
