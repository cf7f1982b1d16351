import * as fs from "node:fs";
import * as os from "node:os";
import { doctor } from "../../../cli/commands/doctor";
import * as choice from "../../../cli/engine/choice";
import { Failure } from "../../../cli/result";
import * as host from "../../../lab/host";
import * as kvm from "../../../lab/kvm";
import * as packages from "../../../lab/packages";
import * as processes from "../../../process/run";

jest.mock("node:fs", () => ({
    ...jest.requireActual<typeof fs>("node:fs"),
    readFileSync: jest.fn(),
    statfsSync: jest.fn(),
}));
jest.mock("node:os", () => ({ ...jest.requireActual<typeof os>("node:os"), totalmem: () => 24 * 2 ** 30 }));
jest.mock("../../../cli/engine/choice");
jest.mock("../../../lab/host");
jest.mock("../../../lab/kvm");
jest.mock("../../../lab/packages");
jest.mock("../../../process/run");

const gib = 2 ** 30;
const memory = (available: number): void => {
    const text = `MemTotal: 25165824 kB\nMemAvailable:   ${available / 1024} kB\n`;
    jest.mocked(fs.readFileSync).mockReturnValue(text);
};
const disk = (free: number): void =>
    void jest.mocked(fs.statfsSync).mockReturnValue({ bavail: free / 4096, bsize: 4096 } as fs.StatsFs);
const candidate = (version: string): void =>
    void jest
        .mocked(processes.run)
        .mockResolvedValue({ stdout: `mmdebstrap:\n  Candidate: ${version}\n`, stderr: "", status: 0 });
const user = jest.spyOn(process, "getuid");

beforeEach(() => {
    user.mockReturnValue(0);
    memory(12 * gib);
    disk(40 * gib);
    candidate("1.3.1-1");
    jest.mocked(choice.findPulumi).mockReturnValue("/usr/bin/pulumi");
    jest.mocked(host.hostProblems).mockResolvedValue([]);
    jest.mocked(kvm.kvmState).mockReturnValue("usable");
    jest.mocked(packages.missingPackages).mockReturnValue([]);
});
afterAll(() => user.mockRestore());

interface Finding {
    what: string;
    state: string;
    found: string;
    remedy?: string;
}
const found = async (): Promise<{ findings: Finding[]; failure?: Failure; text: string }> => {
    const result = await doctor().catch((error: unknown) => error as Failure);
    return {
        findings: result.facts.findings as Finding[],
        failure: result instanceof Failure ? result : undefined,
        text: result.text ?? "",
    };
};
const about = async (what: string) => (await found()).findings.filter((finding) => finding.what === what);

test("a machine that has everything is ready", async () => {
    const { facts, text } = await doctor();
    expect(facts.ready).toBe(true);
    expect(facts.findings).toEqual([
        { what: "Node 20 or newer", state: "ok", found: process.version },
        { what: "root", state: "ok", found: "user id 0" },
        { what: "Debian packages", state: "ok", found: "all installed" },
        { what: "Debian mirror", state: "ok", found: "offers mmdebstrap 1.3.1-1" },
        { what: "namespaces and /dev/net/tun", state: "ok", found: "usable" },
        { what: "KVM", state: "ok", found: "/dev/kvm" },
        { what: "Pulumi CLI", state: "ok", found: "/usr/bin/pulumi" },
        { what: "memory for a phase 1 lab", state: "ok", found: "12.0 GiB available of 24.0 GiB" },
        { what: "disk for images and VMs", state: "ok", found: expect.stringMatching(/^40.0 GiB free for /) as string },
    ]);
    expect(text.split("\n")[0].split(/ {2,}/)).toEqual(["WHAT", "STATE", "FOUND", "HOW TO GET IT"]);
    expect(text.split("\n")).toHaveLength(10);
    expect(processes.run).toHaveBeenCalledWith(["apt-cache", "policy", "mmdebstrap"]);
});

describe("what a lab needs and is missing is named with its remedy", () => {
    it.each<[string, () => void, string, RegExp, RegExp]>([
        ["a user that is not root", () => user.mockReturnValue(1000), "root", /^user id 1000$/, /^run .\/voip as root/],
        [
            "packages",
            () => jest.mocked(packages.missingPackages).mockReturnValue(["tini", "openssl"]),
            "Debian packages",
            /^lacking tini, openssl$/,
            /^apt-get install --no-install-recommends tini openssl /,
        ],
        [
            "a mirror: apt can't be asked",
            () => jest.mocked(processes.run).mockRejectedValue(new Error("command not found")),
            "Debian mirror",
            /^apt offers no packages$/,
            /^apt-get update$/,
        ],
        [
            "a mirror: apt has no such package",
            () => candidate("(none)"),
            "Debian mirror",
            /^apt offers no packages$/,
            /^apt-get update$/,
        ],
        [
            "memory",
            () => memory(6 * gib - 1024),
            "memory for a phase 1 lab",
            /^6.0 GiB available of 24.0 GiB$/,
            /^6 GiB are needed/,
        ],
        ["disk", () => disk(10 * gib - 4096), "disk for images and VMs", /^10.0 GiB free/, /^10 GiB are needed/],
    ])("%s", async (_what, take, what, words, remedy) => {
        take();
        const { findings, failure } = await found();
        const missing = findings.filter(({ state }) => state === "missing");
        expect(missing).toMatchObject([
            { what, found: expect.stringMatching(words) as string, remedy: expect.stringMatching(remedy) as string },
        ]);
        expect(failure?.facts.ready).toBe(false);
        expect(failure?.message).toContain(`${what} (${missing[0].remedy})`);
        expect(failure?.text).toContain(missing[0].found);
    });

    it("what the host refuses, a line each; packages are reported elsewhere", async () => {
        jest.mocked(host.hostProblems).mockResolvedValue(["no tun", "a lab needs packages", "no namespaces"]);
        const what = "namespaces and /dev/net/tun";
        expect(await about(what)).toEqual([
            { what, state: "missing", found: "no tun" },
            { what, state: "missing", found: "no namespaces" },
        ]);
    });
});

describe("what is just enough is enough", () => {
    it("memory and disk", async () => {
        memory(6 * gib);
        disk(10 * gib);
        expect((await doctor()).facts.ready).toBe(true);
    });
});

describe("what a lab does not need is no obstacle", () => {
    it.each([
        ["no device", /^no \/dev\/kvm/, /^modprobe kvm_intel or kvm_amd; in a VM, enable nested virtualisation$/],
        ["no access", /not accessible$/, /^usermod -aG kvm/],
        ["no extensions", /neither vmx nor svm/, /^enable virtualisation in the firmware; in a VM/],
    ] as const)("KVM: %s", async (state, words, remedy) => {
        jest.mocked(kvm.kvmState).mockReturnValue(state);
        const [finding] = await about("KVM");
        expect(finding.state).toBe("slower");
        expect(finding.found).toMatch(words);
        expect(finding.remedy).toMatch(remedy);
        expect((await found()).failure).toBeUndefined();
    });

    it("the Pulumi CLI", async () => {
        jest.mocked(choice.findPulumi).mockReturnValue(undefined);
        expect(await about("Pulumi CLI")).toMatchObject([{ state: "ok", found: "none" }]);
        expect((await found()).failure).toBeUndefined();
    });

    it("namespaces, without root: that is already reported", async () => {
        user.mockReturnValue(1000);
        expect(await about("namespaces and /dev/net/tun")).toEqual([]);
    });
});
