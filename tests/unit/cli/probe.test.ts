import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseProbe, probeScript } from "../../../cli/platform/probe";
import type { ServiceOutput } from "../../../contract";
import { parseTotals } from "../../../services/rtpengine/totals";
import { run } from "../../../process/run";

const container = (name: string): ServiceOutput => ({ name, vm: "x", kind: "container", ports: [] });
const rtpengine: ServiceOutput = {
    ...{ name: "rtpengine", vm: "x", kind: "unit", unit: "rtpengine-daemon" },
    ports: [{ name: "cli", protocol: "tcp", port: 9900, sides: ["loopback"], clients: [] }],
};

const totals = [
    "Statistics over currently running sessions:",
    " Owned sessions                                  :1",
    "Total statistics (does not include current running sessions):",
    " Total relayed packets (userspace)               :42",
    " Total relayed packets (kernel)                  :44000",
    " Total relayed packets                           :44042",
].join("\n");

describe("the question to a VM", () => {
    it("is a valid shell script for every service", async () => {
        const script = probeScript([container("kamailio"), container("asterisk"), rtpengine]);
        await expect(run(["sh", "-n"], { input: script })).resolves.toMatchObject({ status: 0 });
        expect(script).toContain("rtpengine-ctl -ip 127.0.0.1 -port 9900 list totals");
    });
});

describe("a VM that is asked", () => {
    let dir: string;
    /** What a program of the VM prints; arguments are in $*. */
    const program = (name: string, script: string): void =>
        fs.writeFileSync(path.join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-probe-"));
        program("sudo", 'exec "$@"');
        program("voip-agent", "");
        program("rtpengine-ctl", `[ "$*" = "-ip 127.0.0.1 -port 9900 list totals" ] && cat <<'END'\n${totals}\nEND`);
        program("nsenter", '[ "$*" = "--target 42 --mount --root --wd $INSIDE" ] && echo "$ANSWER"');
        program("cat", '[ "$*" != /proc/rtpengine/list ] && exec /bin/cat "$@"; echo 0');
        program("grep", '[ "$3" != /proc/modules ] && exec /bin/grep "$@"; echo nft_rtpengine | /bin/grep "$1" "$2"');
    });
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    const answered = async (service: ServiceOutput, env: Record<string, string> = {}) => {
        const argv = ["sh", "-c", probeScript([service])];
        const { stdout } = await run(argv, { env: { ...env, PATH: `${dir}:${process.env.PATH}` } });
        return parseProbe(stdout, [service]);
    };
    const docker = (description: object): void => {
        const text = JSON.stringify(description).replaceAll("'", "");
        program(
            "curl",
            `case "$*" in *"--unix-socket /run/docker.sock http://docker/containers/"*/json) echo '${text}';; esac`,
        );
    };
    const running = { Id: "1", State: { Status: "running", Running: true, Pid: 42 }, Config: { Status: "x" } };

    it("reports RTPEngine's state, and how it forwards", async () => {
        program("systemctl", '[ "$*" = "is-active rtpengine-daemon" ] && echo active');
        expect(await answered(rtpengine)).toMatchObject({
            services: { rtpengine: "running" },
            forwarding: { module: "nft_rtpengine", table: 0, kernelPackets: 44000, userspacePackets: 42, sessions: 1 },
        });
    });

    it.each([
        ["kamailio", "kamcmd stats.get_statistics usrloc:", "usrloc:registered_users = 7", { registrations: 7 }],
        ["asterisk", "asterisk -rx core show channels count", "3 active calls", { activeCalls: 3 }],
    ])("asks %s inside of its container", async (name, command, answer, expected) => {
        docker(running);
        const env = { INSIDE: command, ANSWER: answer };
        expect(await answered(container(name), env)).toMatchObject({ services: { [name]: "running" }, ...expected });
    });

    it("asks nothing of a container that has ended", async () => {
        docker({ State: { Status: "exited", Pid: 0 } });
        program("nsenter", "echo usrloc:registered_users = 7");
        expect(await answered(container("kamailio"))).toMatchObject({
            services: { kamailio: "exited" },
            registrations: undefined,
        });
    });

    it("reports a container as missing that Docker does not know", async () => {
        docker({ message: "No such container" });
        expect(await answered(container("kamailio"))).toMatchObject({ services: { kamailio: "missing" } });
    });
});

describe("the answer of a VM", () => {
    it("tells services and registrations of a proxy", () => {
        const answer = ["@state kamailio", "running", "@registrations", "{\n\tusrloc:registered_users = 2\n}"].join(
            "\n",
        );
        expect(parseProbe(answer, [container("kamailio")])).toMatchObject({
            services: { kamailio: "running" },
            registrations: 2,
            forwarding: undefined,
        });
    });

    it("tells the calls of a PBX", () => {
        const answer = "@state asterisk\nexited\n@calls\n2 active channels\n1 active call\n7 calls processed";
        expect(parseProbe(answer, [container("asterisk")])).toMatchObject({
            services: { asterisk: "exited" },
            activeCalls: 1,
        });
    });

    it("tells how RTPEngine forwards", () => {
        const answer = `@state rtpengine\nactive\n@module\nnft_rtpengine\n@table\n0\n@totals\n${totals}`;
        expect(parseProbe(answer, [rtpengine])).toMatchObject({
            services: { rtpengine: "running" },
            forwarding: { module: "nft_rtpengine", table: 0, kernelPackets: 44000, userspacePackets: 42, sessions: 1 },
        });
    });

    it("tells that nothing forwards in the kernel", () => {
        const answer = "@state rtpengine\nfailed\n@module\n@table\n@totals\n";
        expect(parseProbe(answer, [rtpengine])).toMatchObject({
            services: { rtpengine: "failed" },
            forwarding: { module: null, table: null },
        });
    });

    it("is unknown for a service that it does not mention", () => {
        expect(parseProbe("", [container("kamailio")]).services.kamailio).toBe("unknown");
    });
});

describe("RTPEngine's totals", () => {
    it("are its counters, never a guess", () => {
        expect(parseTotals(totals)).toEqual({ kernelPackets: 44000, userspacePackets: 42, sessions: 1 });
        expect(() => parseTotals("connection refused")).toThrow("no packet counters");
    });
});
