import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { vaultAgentFiles, type VmAgentView } from "../../../services/vault-agent/files";
import { run, type RunResult } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { layerDirectories } from "../sip-config/layer-root";

export interface AgentStatus {
    agent: { state: string; since: string; detail: string };
    secrets: { name: string; ageSeconds: number; ttlSeconds: number; version: string }[];
    certificates: { name: string; expiresAt: string; ttlSeconds: number; serial: string }[];
    failures: { name: string; since: string; detail: string }[];
}

/** The file system of a proxy's VM with its agent running, on this machine's own network. */
export class AgentGuest {
    private constructor(
        private readonly init: ChildProcess,
        readonly scratch: string,
        private readonly pid: number,
        /** What the agent printed, which goes to the journal on a VM. */
        readonly log: () => string,
    ) {}

    static async start(view: VmAgentView): Promise<AgentGuest> {
        const lower = (await layerDirectories("sip", "kamailio", "sip")).reverse().join(":");
        const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "voip-agent-"));
        const upper = path.join(scratch, "upper");
        for (const file of vaultAgentFiles(view)) {
            const target = path.join(upper, file.path);
            fs.mkdirSync(path.dirname(target), { recursive: true });
            fs.writeFileSync(target, file.content);
            fs.chmodSync(target, parseInt(file.mode ?? "0644", 8));
        }
        // as systemd does, with Restart=always
        const script = `set -eu
mkdir ${scratch}/work ${scratch}/root
mount -t overlay overlay -o lowerdir=${lower},upperdir=${upper},workdir=${scratch}/work ${scratch}/root
cd ${scratch}/root
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs run
while :; do chroot . /usr/local/sbin/voip-agent run || true; done`;
        const init = spawn(
            "setpriv",
            [
                ...["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"],
                ...["sh", "-c", script],
            ],
            { stdio: ["ignore", "pipe", "pipe"] },
        );
        let said = "";
        for (const stream of [init.stdout, init.stderr])
            stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
        const children = `/proc/${init.pid}/task/${init.pid}/children`;
        const pid = await waitFor("the guest", () => Number(fs.readFileSync(children, "utf8")) || undefined, {
            deadlineMs: 30_000,
        });
        const guest = new AgentGuest(init, scratch, pid, () => said);
        try {
            const runs = async () => ((await guest.status()).agent.state === "stopped" ? undefined : true);
            await waitFor("its agent", runs, { deadlineMs: 60_000 });
            return guest;
        } catch (error) {
            await guest.stop();
            throw error;
        }
    }

    /** What comes before a command to run it in the guest. */
    get enter(): string[] {
        return ["nsenter", `--target=${this.pid}`, "--mount", "--pid", "chroot", `${this.scratch}/root`];
    }

    /** Runs a shell script in the guest; its exit status is part of the answer. */
    sh(script: string, input?: string): Promise<RunResult> {
        const okStatus = Array.from({ length: 256 }, (_, status) => status);
        return run([...this.enter, "sh", "-c", script], { input, okStatus, timeoutMs: 300_000 });
    }

    async status(): Promise<AgentStatus> {
        const { stdout, stderr } = await this.sh("/usr/local/sbin/voip-agent status");
        try {
            return JSON.parse(stdout) as AgentStatus;
        } catch (error) {
            throw new Error(`voip-agent status printed ${stdout}${stderr}`, { cause: error });
        }
    }

    /** Waits until the status is as wanted. */
    until(what: string, wanted: (status: AgentStatus) => boolean): Promise<AgentStatus> {
        let seen: AgentStatus;
        const probe = async () => {
            seen = await this.status();
            if (wanted(seen)) return seen;
            throw new Error(JSON.stringify(seen));
        };
        return waitFor(what, probe, { deadlineMs: 120_000, intervalMs: 500 });
    }

    async read(file: string): Promise<string> {
        return (await this.sh(`cat ${file}`)).stdout;
    }

    async stop(): Promise<void> {
        const ended = new Promise((resolve) => this.init.once("exit", resolve));
        this.init.kill("SIGKILL");
        await ended;
        fs.rmSync(this.scratch, { recursive: true, force: true });
    }
}
