import { StackLock } from "../../engine/backend/lock";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { projectDir as checkout } from "../../paths";

/**
 * Does something while no engine, of either kind, works on the stack. Only a backend of files (`file://`) has locks that can be taken.
 * @throws Error naming who has the lock
 */
export async function whileLocked<Done>(
    stack: string,
    work: () => Promise<Done>,
    projectDir = checkout,
): Promise<Done> {
    const project = readProject(projectDir, stack);
    if (!project.backendUrl.startsWith("file://")) return work();
    const lock = await StackLock.take(layoutOf(project).locks);
    try {
        return await work();
    } finally {
        lock.release();
    }
}
