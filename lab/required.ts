import * as pulumi from "@pulumi/pulumi";
import { insideLab, previewWithoutLab } from "./inside";

/**
 * Ends a program that was started outside of its lab, before it registers a resource: it would reach none of the servers.
 * @throws pulumi.RunError with what to type
 */
export function requireLab(stack: string): void {
    if (insideLab(stack) || (pulumi.runtime.isDryRun() && process.env[previewWithoutLab] === "true")) return;
    throw new pulumi.RunError(
        `the servers of stack ${stack} are in a network of their own, its lab, and this program was started outside of it: ` +
            `type \`./voip shell --stack ${stack} pulumi up -s ${stack}\` (or preview), or \`./voip up --stack ${stack}\``,
    );
}
