import * as path from "node:path";
import { backendDirectory } from "../../engine/backend/layout";
import { readProject } from "../../engine/project";
import { projectDir } from "../../paths";

/** URL of the backend that has the stack's state; a directory is given by its absolute path. */
export function backendOf(stack: string): string {
    const { backendUrl } = readProject(projectDir, stack);
    if (!backendUrl.startsWith("file://")) return backendUrl;
    return `file://${path.resolve(backendDirectory(backendUrl, projectDir))}`;
}
