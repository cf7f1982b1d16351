import * as fs from "node:fs";
import * as path from "node:path";
import { CommandError, run } from "../../../process/run";

/**
 * Runs `work` while a VM runs that libvirt ends with this process, however this ends (virsh create --autodestroy).
 * @param dir directory for its definition
 * @param work gets a promise that fails with libvirt's message if the VM can't be started
 */
export async function withTransientVm<T>(
    uri: string,
    name: string,
    xml: string,
    dir: string,
    work: (failure: Promise<never>) => Promise<T>,
): Promise<T> {
    const file = path.join(dir, "definition.xml");
    fs.writeFileSync(file, xml);
    const done = new AbortController();
    // the VM lives as long as the connection that made it: that of this virsh, which then only waits for events
    const commands = `create --autodestroy ${file}; event ${name} --event lifecycle --loop`;
    const virsh = run(["setpriv", "--pdeathsig", "KILL", "virsh", "--quiet", "--connect", uri, commands], {
        signal: done.signal,
    });
    const failure = virsh.then(
        () => Promise.reject(new Error(`${name} ended before its memory was saved`)),
        (error: unknown) => Promise.reject(error as CommandError),
    );
    failure.catch(() => undefined); // handled where it is awaited
    try {
        return await work(failure);
    } finally {
        done.abort();
        await failure.catch(() => undefined);
    }
}
