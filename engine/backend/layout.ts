import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** Where Pulumi's file backend keeps the files of one stack (pulumi/pulumi, pkg/backend/diy). */
export interface BackendLayout {
    meta: string;
    checkpoint: string;
    locks: string;
    history: string;
}

/**
 * @param url `file://~`, `file:///absolute` or `file://./relative` (to `projectDir`)
 * @throws Error for any other kind of backend.
 */
export function backendDirectory(url: string, projectDir: string): string {
    if (!url.startsWith("file://")) {
        throw new Error(
            `backend '${url}' is not supported by the embedded engine: use a file:// URL (PULUMI_BACKEND_URL or backend.url)`,
        );
    }
    const rest = url.slice("file://".length).replace(/\?.*$/, "");
    if (rest === "~" || rest.startsWith("~/")) return path.join(os.homedir(), rest.slice(1));
    if (rest.startsWith("/")) return fileURLToPath(`file://${rest}`);
    return path.resolve(projectDir, rest);
}

export function backendLayout(url: string, projectDir: string, project: string, stack: string): BackendLayout {
    const root = path.join(backendDirectory(url, projectDir), ".pulumi");
    return {
        meta: path.join(root, "meta.yaml"),
        checkpoint: path.join(root, "stacks", project, `${stack}.json`),
        locks: path.join(root, "locks", "organization", project, stack),
        history: path.join(root, "history", project, stack),
    };
}
