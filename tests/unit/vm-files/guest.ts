import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * A stand-in for a VM at the process boundary: an `ssh` and a `sudo` on PATH that run the command here, with the directory
 * of the due commands moved into a temporary one.
 */
export class StandInGuest {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "voip-guest-"));
    private readonly path = process.env.PATH;
    private readonly roundTripLog = path.join(this.root, "round-trips");

    constructor() {
        this.program("sudo", 'exec "$@"');
        this.program(
            "ssh",
            `echo >>${this.roundTripLog}; [ -e ${this.root}/stopped ] && { echo "No route to host" >&2; exit 255; }
while [ "$1" != -- ]; do shift; done; shift
exec sh -c "$(printf %s "$*" | sed 's#/var/lib/voip-stack#${this.root}/var#g')"`,
        );
        process.env.PATH = `${path.join(this.root, "bin")}:${this.path}`;
    }

    get target() {
        return { sshConfig: "/none", host: "pbx-1" };
    }

    file(name: string): string {
        return path.join(this.root, name);
    }

    read(name: string): string {
        return fs.readFileSync(this.file(name), "utf8");
    }

    stop(): void {
        fs.writeFileSync(this.file("stopped"), "");
    }

    roundTrips(): number {
        return fs.readFileSync(this.roundTripLog, "utf8").length;
    }

    remove(): void {
        process.env.PATH = this.path;
        fs.rmSync(this.root, { recursive: true });
    }

    private program(name: string, script: string): void {
        fs.mkdirSync(path.join(this.root, "bin"), { recursive: true });
        fs.writeFileSync(path.join(this.root, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
}
