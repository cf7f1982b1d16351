import * as fs from "node:fs";
import { removeCgroup } from "../../../lab/cgroup";
import { hostProblems } from "../../../lab/host";
import * as packages from "../../../lab/packages";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../lab/packages");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    return { ...actual, existsSync: (at: string) => (at === "/dev/net/tun" ? mockHost.tun : actual.existsSync(at)) };
});
const mockHost = { tun: true };
const mockCommands = new Commands();
const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
const isOn = (value: string): void => void Object.defineProperty(process, "platform", { ...platform, value });

beforeEach(() => {
    mockCommands.reset();
    mockHost.tun = true;
    isOn("linux");
    jest.spyOn(process, "getuid").mockReturnValue(0);
    jest.mocked(packages.missingPackages).mockReturnValue([]);
});
afterEach(() => {
    isOn(platform.value as string);
    jest.restoreAllMocks();
    jest.resetAllMocks();
});

describe("a host", () => {
    it("that has all that a lab needs has no problem", async () => {
        expect(await hostProblems()).toEqual([]);
        expect(mockCommands.ran).toEqual(["unshare --mount --net --pid --fork mount -t sysfs sysfs /sys"]);
        expect(packages.missingPackages).toHaveBeenCalledWith("lab");
    });

    it("without Linux is told to do without a lab", async () => {
        isOn("darwin");
        expect(await hostProblems()).toEqual([
            "a lab needs Linux, this is darwin: set lab to false and give each VM a hypervisor of its own",
        ]);
        expect(mockCommands.ran).toEqual([]);
    });

    it("is asked for root before anything else", async () => {
        jest.spyOn(process, "getuid").mockReturnValue(1000);
        expect(await hostProblems()).toEqual([
            "a lab makes network namespaces, which only root may do: run as root, not as user id 1000",
        ]);
        expect(packages.missingPackages).not.toHaveBeenCalled();
    });

    it("is told which packages to install, before more is tried", async () => {
        jest.mocked(packages.missingPackages).mockReturnValue(["tini", "openssl"]);
        expect(await hostProblems()).toEqual([
            "a lab needs packages that are not installed: apt-get install tini openssl",
        ]);
        expect(mockCommands.ran).toEqual([]);
    });

    it("is told of all else at once", async () => {
        mockHost.tun = false;
        mockCommands.answer(/^unshare /, { status: 1, stderr: "Operation not permitted" });
        expect(await hostProblems()).toEqual([
            "VMs need /dev/net/tun, which is not there: modprobe tun (a container needs --device /dev/net/tun)",
            expect.stringMatching(/^a lab needs namespaces, .* \(a container needs --privileged\): .*not permitted$/s),
        ]);
    });
});

describe("a control group", () => {
    it("is removed with those below it, where nobody sees it mounted", async () => {
        await removeCgroup("voip-unit");
        const [line] = mockCommands.ran;
        expect(line).toMatch(/^unshare --mount sh -c mount -t cgroup2 cgroup2 \/sys \|\| exit 0\n/);
        expect(line).toMatch(/\n.*find "\/sys\/\$1" -depth -type d -exec rmdir \{\} \+ sh voip-unit$/);
    });

    it("is waited for while processes are left in it", async () => {
        mockCommands.answer(/^unshare /, () => ({ status: mockCommands.ran.length < 2 ? 1 : 0 }));
        await removeCgroup("voip-unit");
        expect(mockCommands.ran).toHaveLength(2);
    });
});
