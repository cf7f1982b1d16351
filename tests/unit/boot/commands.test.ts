import * as fs from "node:fs";
import { installService, uninstallService } from "../../../cli/commands/boot";
import * as prepare from "../../../cli/commands/prepare";
import * as owner from "../../../cli/engine/owner";
import { projectDir } from "../../../paths";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../cli/commands/prepare");
jest.mock("../../../cli/engine/owner");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();
/** Files of this machine below /etc/systemd and /run/systemd, with their content. */
const mockFiles = new Map<string, string>();
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    const isOurs = (file: unknown): file is string => /^\/(etc|run)\/systemd\//.test(String(file));
    return {
        ...actual,
        existsSync: (file: string) => (isOurs(file) ? mockFiles.has(file) : actual.existsSync(file)),
        writeFileSync: (...given: Parameters<typeof fs.writeFileSync>) => {
            if (!isOurs(given[0])) return actual.writeFileSync(...given);
            expect(given[2]).toEqual({ mode: 0o644 });
            mockFiles.set(given[0], given[1] as string);
        },
        rmSync: (...given: Parameters<typeof fs.rmSync>) =>
            isOurs(given[0]) ? void mockFiles.delete(given[0]) : actual.rmSync(...given),
    };
});

const file = "/etc/systemd/system/voip-stack-dev.service";
let uid: number;
const env = { ...process.env };

beforeEach(() => {
    jest.resetAllMocks();
    mockCommands.reset();
    mockFiles.clear();
    mockFiles.set("/run/systemd/system", "");
    uid = 0;
    jest.spyOn(process, "getuid").mockImplementation(() => uid);
    jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab: true, core: "embedded" } as never);
    for (const name of Object.keys(process.env)) if (/^(PULUMI|XDG)_/.test(name)) delete process.env[name];
});
afterEach(() => {
    jest.restoreAllMocks();
    process.env = { ...env };
});

describe("install-service", () => {
    it("writes the stack's unit, and enables it", async () => {
        const { facts, text } = await installService({ stack: "dev" });
        expect(facts).toEqual({ stack: "dev", service: "voip-stack-dev.service", file });
        expect(text).toContain("systemctl start voip-stack-dev.service does so now");
        expect(mockFiles.get(file)).toContain(
            `ExecStart="${projectDir}/voip" up --stack dev --yes --engine embedded\n`,
        );
        expect(mockCommands.ran).toEqual(["systemctl daemon-reload", "systemctl enable voip-stack-dev.service"]);
        expect(owner.checkOwner).toHaveBeenCalledWith("dev", true);
    });

    it("only prints it, for anybody and anywhere", async () => {
        uid = 1000;
        mockFiles.clear();
        const { facts, text } = await installService({ stack: "dev", print: true });
        expect(text).toMatch(/^\[Unit\]\n/);
        expect(facts).toMatchObject({ unit: text, file });
        expect([mockFiles.size, mockCommands.ran]).toEqual([0, []]);
    });

    it("leaves nothing where it can't be enabled", async () => {
        mockCommands.answer(/enable/, { status: 1, stderr: "no" });
        await expect(installService({ stack: "dev" })).rejects.toThrow("systemctl");
        expect(mockFiles.has(file)).toBe(false);
    });

    it.each<[string, () => unknown, string]>([
        [
            "by another than root",
            () => (uid = 1000),
            "install-service changes the machine's services: run it as root, not as user id 1000",
        ],
        [
            "without systemd",
            () => mockFiles.clear(),
            "install-service needs systemd as the first process of this machine",
        ],
        [
            "without a lab",
            () => jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab: false } as never),
            "stack dev has no lab: its VMs are marked autostart",
        ],
        [
            "with what up would refuse",
            () =>
                jest.mocked(prepare.checkedConfig).mockImplementation(async (_stack, operation) => {
                    if (operation === "up") throw new Error("to be supplied");
                    return { lab: true } as never;
                }),
            "to be supplied",
        ],
        ["without its passphrase", () => (process.env.PULUMI_CONFIG_PASSPHRASE = "p"), "the passphrase is in PULUMI"],
        [
            "with a state that only the official engine knows",
            () => (process.env.PULUMI_BACKEND_URL = "s3://states"),
            "the state of stack dev is in s3://states: the service uses the embedded engine",
        ],
        [
            "for another's lab",
            () => jest.mocked(owner.checkOwner).mockRejectedValue(new Error("belongs to the stack")),
            "belongs to the stack",
        ],
    ])("touches nothing %s", async (_, given, message) => {
        given();
        const before = [...mockFiles];
        await expect(installService({ stack: "dev" })).rejects.toThrow(message);
        expect([[...mockFiles], mockCommands.ran]).toEqual([before, []]);
    });
});

describe("uninstall-service", () => {
    it("disables the unit and removes it, whatever became of the stack", async () => {
        mockFiles.set(file, "");
        expect((await uninstallService("dev")).facts).toMatchObject({ removed: true, file });
        expect(mockFiles.has(file)).toBe(false);
        expect(mockCommands.ran).toEqual(["systemctl disable voip-stack-dev.service", "systemctl daemon-reload"]);
        expect(prepare.checkedConfig).not.toHaveBeenCalled();
    });

    it("does nothing without one, but names an unknown stack", async () => {
        expect((await uninstallService("dev")).facts).toMatchObject({ removed: false });
        jest.mocked(prepare.checkedConfig).mockRejectedValue(new Error("no file Pulumi.dev.yaml"));
        await expect(uninstallService("dev")).rejects.toThrow("no file Pulumi.dev.yaml");
        expect(mockCommands.ran).toEqual([]);
    });

    it.each<[string, () => unknown, string]>([
        [
            "by another than root",
            () => (uid = 1000),
            "uninstall-service changes the machine's services: run it as root",
        ],
        ["without systemd", () => mockFiles.delete("/run/systemd/system"), "uninstall-service needs systemd"],
    ])("touches nothing %s", async (_, given, message) => {
        mockFiles.set(file, "");
        given();
        await expect(uninstallService("dev")).rejects.toThrow(message);
        expect([mockFiles.has(file), mockCommands.ran]).toEqual([true, []]);
    });
});
