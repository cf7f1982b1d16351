import * as readline from "node:readline/promises";
import { checkedConfig, confirmed, confirmedByName, hostPackages, mustBeAnswered } from "../../../cli/commands/prepare";
import { Failure } from "../../../cli/result";
import * as config from "../../../config";
import * as packages from "../../../lab/packages";

jest.mock("node:readline/promises");
jest.mock("../../../config");
jest.mock("../../../lab/packages");

let said: string[];
let answer: string;
const terminals = { in: process.stdin.isTTY, err: process.stderr.isTTY };
const onTerminal = (stdin: boolean, stderr = stdin): void => {
    process.stdin.isTTY = stdin;
    process.stderr.isTTY = stderr;
};

beforeEach(() => {
    jest.clearAllMocks();
    [said, answer] = [[], ""];
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
        said.push(String(text).trimEnd());
        return true;
    });
    jest.mocked(readline.createInterface).mockReturnValue({
        question: async (text: string) => {
            said.push(text);
            return answer;
        },
        close: () => undefined,
    } as unknown as readline.Interface);
});
afterEach(() => {
    jest.restoreAllMocks();
    process.stdin.isTTY = terminals.in;
    process.stderr.isTTY = terminals.err;
});

const failed = async (work: Promise<unknown>): Promise<Failure> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
};

describe("the configuration", () => {
    const checked = (result: object) => jest.mocked(config.validateStack).mockReturnValue(result as never);

    it("is what was read, if it is valid", async () => {
        checked({ config: { phase: "1" }, toSupply: ["vaultAddress is missing"] });
        expect(await checkedConfig("dev", "preview")).toEqual({ phase: "1" });
    });

    it("needs values to be supplied for an up, and only then", async () => {
        checked({ config: {}, toSupply: ["vaultAddress is missing"] });
        const failure = await failed(checkedConfig("dev", "up"));
        expect(failure.message).toBe("configuration of stack dev: vaultAddress is missing");
        expect(failure.facts).toEqual({ stack: "dev", problems: ["vaultAddress is missing"] });
        await expect(checkedConfig("dev", "destroy")).resolves.toEqual({});
    });

    it("names all its faults, a line each", async () => {
        checked({ problems: ["one", "two"] });
        expect((await failed(checkedConfig("dev", "refresh"))).message).toBe(
            "configuration of stack dev: \n  - one\n  - two",
        );
    });
});

describe("the host's packages", () => {
    beforeEach(() => {
        jest.mocked(packages.missingPackages).mockReturnValue(["qemu-system-x86", "libvirt-daemon"]);
        jest.mocked(packages.canInstallPackages).mockReturnValue(true);
        jest.mocked(packages.installPackages).mockResolvedValue();
    });

    it("are left alone where they are all there", async () => {
        jest.mocked(packages.missingPackages).mockReturnValue([]);
        await hostPackages();
        expect(packages.installPackages).not.toHaveBeenCalled();
        expect(said).toEqual([]);
    });

    it("are installed, which is reported", async () => {
        await hostPackages();
        expect(jest.mocked(packages.installPackages).mock.calls[0][0]).toEqual(["qemu-system-x86", "libvirt-daemon"]);
        expect(said).toEqual(["installing 2 Debian packages: qemu-system-x86 libvirt-daemon"]);
    });

    it("are named with the command where they can't be installed", async () => {
        jest.mocked(packages.canInstallPackages).mockReturnValue(false);
        const failure = await failed(hostPackages());
        expect(failure.message).toMatch(/apt-get install --no-install-recommends qemu-system-x86 libvirt-daemon$/);
        expect(failure.facts).toEqual({ missing: ["qemu-system-x86", "libvirt-daemon"] });
        expect(packages.installPackages).not.toHaveBeenCalled();
    });

    it("that fail to install are reported with apt's last output", async () => {
        jest.mocked(packages.installPackages).mockImplementation(async (_names, onLine) => {
            onLine?.("E: no such package");
            throw new Error("exit status 100");
        });
        expect((await failed(hostPackages())).message).toBe(
            "installing qemu-system-x86 libvirt-daemon: exit status 100 (last: E: no such package)",
        );
    });
});

describe("a question", () => {
    it("needs a terminal on both sides, or --yes", () => {
        onTerminal(true);
        mustBeAnswered("up", false);
        for (const [stdin, stderr] of [
            [false, false],
            [true, false],
            [false, true],
        ] as const) {
            onTerminal(stdin, stderr);
            mustBeAnswered("up", true);
            expect(() => mustBeAnswered("up", false)).toThrow(/no terminal to ask on: add --yes/);
        }
        try {
            mustBeAnswered("up", false);
        } catch (error) {
            expect((error as Failure).status).toBe(2);
        }
    });

    const show = async (): Promise<void> => void said.push("what would be done");

    it.each(["y", "yes", " Y ", "YES"])("is answered with yes by %j, after the preview", async (given) => {
        answer = given;
        await confirmed("up", false, show);
        expect(said).toEqual(["what would be done", "up: go ahead? [y/N] "]);
    });

    it.each(["", "n", "yep", "oy"])("is answered with no by %j", async (given) => {
        answer = given;
        expect((await failed(confirmed("destroy", false, show))).message).toBe(
            "destroy: not done, nothing was changed",
        );
    });

    it("is not asked with --yes", async () => {
        await confirmed("up", true, show);
        expect(said).toEqual([]);
    });
});

describe("protected resources are given up", () => {
    const two = [
        { urn: "urn:vm", type: "Vm", name: "pbx-1-vm" },
        { urn: "urn:mount", type: "Mount", name: "vault-pki" },
    ];

    it("when the stack's name was typed, after they were named", async () => {
        onTerminal(true);
        answer = " dev ";
        await confirmedByName("dev", two, true, {});
        expect(said[0]).toContain("they go with the lab and all its files");
        expect(said.slice(1)).toEqual([
            "  - Vm pbx-1-vm",
            "  - Mount vault-pki",
            "destroy: type the stack's name to go ahead: ",
        ]);
    });

    it("when --confirm has the name, without a question; outside of a lab they stay", async () => {
        onTerminal(false);
        await confirmedByName("dev", two, false, { confirm: "dev" });
        expect(said[0]).toContain("they stay where they are, and leave the state");
        expect(readline.createInterface).not.toHaveBeenCalled();
    });

    it("by no other name", async () => {
        onTerminal(true);
        answer = "prod";
        const typed = await failed(confirmedByName("dev", two, true, {}));
        expect(typed.message).toBe('destroy: "prod" was typed, the stack is dev; nothing was changed');
        const given = await failed(confirmedByName("dev", two, true, { confirm: "prod" }));
        expect(given.message).toBe('destroy: --confirm names "prod", the stack is dev; nothing was changed');
        expect([typed.status, given.status]).toEqual([2, 2]);
    });

    it.each<[boolean, boolean, typeof two, RegExp]>([
        [
            false,
            true,
            two,
            /^2 resources of stack dev are protected \(Vm pbx-1-vm, Mount vault-pki\): .* --confirm dev$/,
        ],
        [true, false, two.slice(0, 1), /^1 resource of stack dev is protected \(Vm pbx-1-vm\): .* --confirm dev$/],
    ])("never where nobody can be asked", async (stdin, stderr, resources, message) => {
        onTerminal(stdin, stderr);
        const failure = await failed(confirmedByName("dev", resources, true, {}));
        expect(failure.message).toMatch(message);
        expect(failure.status).toBe(2);
        expect(failure.facts).toEqual({
            stack: "dev",
            protected: resources.map(({ type, name }) => `${type} ${name}`),
        });
    });
});
