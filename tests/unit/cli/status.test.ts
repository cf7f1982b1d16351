import * as docker from "../../../clients/docker/session";
import { status } from "../../../cli/commands/status";
import * as platformOf from "../../../cli/platform/outputs";
import * as vms from "../../../cli/platform/vm";
import { Failure } from "../../../cli/result";
import * as programs from "../../../process/program";
import * as processes from "../../../process/run";
import { platform } from "./outputs";

jest.mock("../../../clients/docker/session");
jest.mock("../../../cli/platform/outputs");
jest.mock("../../../cli/platform/vm");
jest.mock("../../../process/program");
jest.mock("../../../process/run");

const agent = { agent: { state: "ok" }, certificates: [], secrets: [], failures: [] };
const agentSays = `@agent\n${JSON.stringify(agent)}`;
const totals = [
    " Owned sessions :1",
    " Total relayed packets (userspace) :42",
    " Total relayed packets (kernel) :44000",
].join("\n");

/** What each VM answers; an error: it can't be reached. */
let answers: Record<string, string | Error>;
/** What virsh says of each hypervisor; an error: it can't be asked. */
let domains: Record<string, string | Error>;
let containers: { Names: string[]; State: string }[];

const list = (...lines: string[]): string => [" Id   Name     State", "------", ...lines, ""].join("\n");

beforeEach(() => {
    jest.clearAllMocks();
    answers = {
        "sip-1": `@state kamailio\nrunning\n@registrations\nusrloc:registered_users = 2\n${agentSays}`,
        "pbx-1": `@state asterisk\nrunning\n@calls\n1 active call\n${agentSays}`,
        "media-1": `@state rtpengine\nactive\n@module\nnft_rtpengine\n@table\n0\n@totals\n${totals}\n${agentSays}`,
    };
    domains = {
        "qemu:///lab": list(" 3    sip-1    running", " 12   media-1   running"),
        "qemu+ssh://kvm-2/system": list(" 1    pbx-1    running", " -    other    shut off"),
    };
    containers = [
        { Names: ["/openbao"], State: "running" },
        { Names: ["/postgres", "/alias"], State: "running" },
    ];
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
    jest.mocked(vms.onVm).mockImplementation(async (_stack, _outputs, host) => {
        const answer = answers[host];
        if (answer instanceof Error) throw answer;
        return answer;
    });
    jest.mocked(processes.run).mockImplementation(async (argv) => {
        expect(argv).toEqual(["virsh", "--connect", argv[2], "list", "--all"]);
        const said = domains[argv[2]];
        if (said instanceof Error) throw said;
        return { stdout: said, stderr: "", status: 0 };
    });
    jest.mocked(docker.withDocker).mockImplementation(async (_host, work) =>
        work({ call: async () => containers } as unknown as Parameters<typeof work>[0]),
    );
    const expiresAt = new Date(Date.now() + 80 * 86_400_000).toISOString();
    jest.mocked(programs.runProgram).mockImplementation(async (_file, listeners) =>
        (listeners as { name: string }[]).map(({ name }) => ({ name, serial: "01", expiresAt })),
    );
});

const failed = async (): Promise<Failure> => {
    const error: unknown = await status("dev").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
};
const stateOf = (facts: Record<string, unknown>, name: string) =>
    [
        ...(facts.vms as { name: string; state: string }[]),
        ...(facts.services as { name: string; state: string }[]),
    ].find((each) => each.name === name)?.state;

describe("a platform that is well", () => {
    it("is its VMs, services, counters and calls", async () => {
        const { facts } = await status("dev");
        expect(facts).toMatchObject({
            stack: "dev",
            phase: "1",
            vms: [
                {
                    name: "sip-1",
                    state: "running",
                    host: "localhost",
                    addresses: { eth0: "192.168.64.10", eth1: "10.64.0.10" },
                },
                { name: "pbx-1", state: "running", host: "kvm-2", addresses: { eth0: "192.168.64.30" } },
                { name: "media-1", state: "running", host: "localhost" },
            ],
            services: [
                { name: "kamailio", vm: "sip-1", state: "running", version: "6.1.5", port: 5060 },
                { name: "asterisk", vm: "pbx-1", state: "running", version: "22.10.1", port: null },
                { name: "rtpengine", vm: "media-1", state: "running", version: null, port: 9900 },
                { name: "openbao", vm: "core", state: "running", version: "2.7.2", port: 8200 },
                { name: "postgres", vm: "core", state: "running", version: null, port: 5432 },
            ],
            kernelForwarding: {
                "media-1": {
                    module: "nft_rtpengine",
                    table: 0,
                    kernelPackets: 44000,
                    userspacePackets: 42,
                    sessions: 1,
                },
            },
            registrations: 2,
            activeCalls: 1,
            warnings: [],
        });
        expect((facts.certificates as { name: string }[]).map(({ name }) => name)).toEqual(["openbao", "postgres"]);
    });

    it("is a table for people", async () => {
        const lines = (await status("dev")).text.split("\n");
        const cells = lines.map((line) => line.split(/ {2,}/));
        expect(cells).toEqual(
            expect.arrayContaining([
                ["VM", "STATE", "HOST", "ADDRESSES"],
                ["sip-1", "running", "localhost", "192.168.64.10 10.64.0.10"],
                ["pbx-1", "running", "kvm-2", "192.168.64.30"],
                ["SERVICE", "VM", "STATE", "VERSION", "PORT"],
                ["kamailio", "sip-1", "running", "6.1.5", "5060"],
                ["asterisk", "pbx-1", "running", "22.10.1", "-"],
                ["rtpengine", "media-1", "running", "-", "9900"],
            ]),
        );
        expect(lines).toContain(
            "kernel forwarding on media-1: nft_rtpengine, table 0; 44000 packets in the kernel, 42 in userspace, 1 sessions now",
        );
        expect(lines).toContain("2 registrations, 1 active calls");
    });

    it("has the certificates of its core services looked at from inside of the lab", async () => {
        await status("dev");
        const [program, listeners, enter] = jest.mocked(programs.runProgram).mock.calls[0];
        expect(program).toBe("cli/platform/listeners-main.ts");
        expect(listeners).toEqual([
            { name: "openbao", host: "192.168.64.1", port: 8200 },
            { name: "postgres", host: "192.168.64.1", port: 5432, protocol: "postgres" },
        ]);
        expect(enter!(["x"])).not.toEqual(["x"]);
    });

    it("leaves core services of others to their operator", async () => {
        const services = platform.services.filter(({ vm }) => vm !== "core");
        const core = { ...platform.core, kind: "external" as const };
        jest.mocked(platformOf.platformOutputs).mockResolvedValue({ ...platform, services, core });
        expect((await status("dev")).facts.certificates).toEqual([]);
        expect(programs.runProgram).not.toHaveBeenCalled();
        expect(docker.withDocker).not.toHaveBeenCalled();
    });
});

describe("what is wrong", () => {
    it("a VM that is shut off: it is not asked, and its services are unreachable", async () => {
        domains["qemu+ssh://kvm-2/system"] = list(" -    pbx-1    shut off");
        const { message, facts, text } = await failed();
        expect(message).toBe(
            "stack dev: VM pbx-1 is shut off, asterisk on pbx-1 is unreachable; ./voip up mends it\npbx-1: is shut off",
        );
        expect(stateOf(facts, "pbx-1")).toBe("shut off");
        expect(text).toContain("shut off");
        expect(jest.mocked(vms.onVm).mock.calls.map(([, , host]) => host)).not.toContain("pbx-1");
    });

    it("a VM that runs and does not answer", async () => {
        answers["sip-1"] = new Error("no route to host");
        const { message, facts } = await failed();
        expect(message).toContain("VM sip-1 is unreachable, kamailio on sip-1 is unreachable");
        expect(message).toContain("\nsip-1: no route to host");
        expect(facts).toMatchObject({ registrations: 0, activeCalls: 1 });
    });

    it("a VM whose hypervisor can't be asked is asked itself", async () => {
        domains["qemu+ssh://kvm-2/system"] = new Error("connection refused");
        const { facts } = await failed();
        expect(stateOf(facts, "pbx-1")).toBe("missing");
        expect(stateOf(facts, "asterisk")).toBe("running");
    });

    it("a service that has ended", async () => {
        answers["sip-1"] = `@state kamailio\nexited\n${agentSays}`;
        expect((await failed()).message).toBe("stack dev: kamailio on sip-1 is exited; ./voip up mends it");
    });

    it("core services whose Docker can't be asked", async () => {
        jest.mocked(docker.withDocker).mockRejectedValue(new Error("no socket"));
        expect((await failed()).message).toContain("openbao on core is unreachable, postgres on core is unreachable");
    });

    it.each([
        ["no module", "@module\n@table\n0"],
        ["no table", "@module\nnft_rtpengine\n@table"],
    ])("media that the kernel does not forward: %s", async (_what, module) => {
        answers["media-1"] = `@state rtpengine\nactive\n${module}\n@totals\n${totals}\n${agentSays}`;
        const { message, text } = await failed();
        expect(message).toContain("media-1 does not forward in the kernel");
        expect(text).toContain("kernel forwarding on media-1: OFF");
    });

    it("a certificate that can't be seen, while all else is well", async () => {
        jest.mocked(programs.runProgram).mockRejectedValue(new Error("connect ECONNREFUSED"));
        const { message } = await failed();
        expect(message).not.toContain("./voip up mends it");
        expect(message).toContain("certificate of openbao can't be seen at connect ECONNREFUSED");
    });
});
