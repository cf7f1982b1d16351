import * as pulumi from "@pulumi/pulumi";
import { projectDir } from "../paths";
import { projectSchema } from "./stack";
import type { StackConfig } from "./stack-config";
import { validateConfig } from "./validate";

/**
 * The running program's configuration, checked as a whole, secrets included.
 * @param labUri libvirt of the stack's lab, which runs the VMs of a lab
 * @throws pulumi.RunError with all problems; outside of a preview, also with what is still to be supplied
 */
export function programConfig(labUri: string): StackConfig {
    const result = validateConfig(projectSchema(), pulumi.runtime.allConfig(), projectDir);
    const problems = "problems" in result ? result.problems : pulumi.runtime.isDryRun() ? [] : result.toSupply;
    if ("problems" in result || problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
    return result.config.lab ? { ...result.config, libvirtUri: labUri } : result.config;
}
