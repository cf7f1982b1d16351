import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { projectDir, stateDir } from "../../paths";
import type { EngineRequest } from "./commandline";
import { untrackedConfig, type UntrackedConfig } from "./untracked-config";

/** Where the official CLI runs for a stack. */
export interface Workplace {
    env: Record<string, string>;
    /** Directory of the CLI's own copy of the stack's configuration. */
    configDir: string;
    /** Whether to make the stack if it does not exist yet. */
    makesStack: boolean;
    /** To be called when the CLI has ended. */
    leave: () => void;
}

const ownConfigDir = (stack: string): string => path.join(stateDir(), "pulumi", stack);

/** The copy of a stack's configuration that `./voip` and `pulumi` in its shell share. */
export const ownConfig = (stack: string): UntrackedConfig => untrackedConfig(projectDir, stack, ownConfigDir(stack));

/** Whether the backend is known not to have the stack; only file backends can be checked. */
export function isMissing(stack: string): boolean {
    const project = readProject(projectDir, stack);
    if (!project.backendUrl.startsWith("file://")) return false;
    const { checkpoint } = layoutOf(project);
    return ![checkpoint, `${checkpoint}.gz`].some((file) => fs.existsSync(file));
}

/** The CLI needs a stack to preview: one that does not exist yet is made in a temporary backend. */
function passingWorkplace(): Workplace {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-preview-"));
    return {
        env: { PULUMI_BACKEND_URL: pathToFileURL(dir).href },
        configDir: path.join(dir, "config"),
        makesStack: true,
        leave: () => fs.rmSync(dir, { recursive: true, force: true }),
    };
}

/** Where the request runs: a preview leaves nothing in the backend. */
export function workplace({ operation, stack }: EngineRequest): Workplace {
    const isPreview = operation === "preview";
    if (isPreview && isMissing(stack)) return passingWorkplace();
    return {
        env: {},
        configDir: ownConfigDir(stack),
        makesStack: !isPreview,
        leave: () => undefined,
    };
}
