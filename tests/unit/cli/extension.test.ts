import { extension } from "../../../cli/commands/extension";
import type { ExtensionReport } from "../../../cli/extension/change";
import * as platformOf from "../../../cli/platform/outputs";
import { Failure } from "../../../cli/result";
import * as programs from "../../../process/program";
import { platform } from "./outputs";

jest.mock("../../../cli/platform/outputs");
jest.mock("../../../process/program");

let report: ExtensionReport;
beforeEach(() => {
    jest.clearAllMocks();
    report = { extensions: ["1001", "1500"] };
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
    jest.mocked(programs.runProgram).mockImplementation(async () => report);
});

const jobs = () => jest.mocked(programs.runProgram).mock.calls;

describe("extensions of the running platform", () => {
    it("are listed with where they are from", async () => {
        const { facts, text } = await extension({ stack: "dev" }, ["list"]);
        expect(facts).toEqual({
            extensions: [
                { extension: "1001", origin: "configuration" },
                { extension: "1500", origin: "added" },
            ],
        });
        expect(text.split("\n").map((line) => line.split(/ +/))).toEqual([
            ["EXTENSION", "FROM"],
            ["1001", "configuration"],
            ["1500", "added"],
        ]);
        expect(platformOf.platformOutputs).toHaveBeenCalledWith("dev", true);
    });

    it("are added where the accounts are, and the services that keep them in memory are told", async () => {
        report.added = { password: "correct-horse", voicemailPin: "123456" };
        const { facts, text } = await extension({ stack: "dev" }, ["add", "1500"]);
        const [[program, job, enter]] = jobs();
        expect(program).toBe("cli/extension/main.ts");
        expect(job).toEqual({
            action: "add",
            extension: "1500",
            login: {
                host: "192.168.64.1",
                port: 5432,
                user: "postgres",
                password: "of-postgres",
                caFile: "/dev/null",
            },
            sipDomain: "sip.local",
            sshConfig: "/data/ssh/config",
            proxies: ["sip-1"],
            pbxs: ["pbx-1"],
        });
        expect(enter!(["x"]).length).toBeGreaterThan(1); // inside of the lab
        expect(facts).toMatchObject({ extension: "1500", password: "correct-horse", voicemailPin: "123456" });
        expect(text).toContain("1500: password correct-horse, voicemail PIN 123456");
    });

    it("are changed from this network where there is no lab", async () => {
        const lab = { ...platform.lab, enabled: false };
        jest.mocked(platformOf.platformOutputs).mockResolvedValue({ ...platform, lab });
        await extension({ stack: "dev" }, ["remove", "2999"]);
        expect(jobs()[0]).toMatchObject([expect.anything(), { action: "remove", extension: "2999" }, undefined]);
    });

    it.each([
        [["swap"], "extension swap: allowed are add, remove, list"],
        [["add"], "extension add: which one? Add its number"],
        [["add", "999"], "extension 999: allowed are 1000 to 2999"],
        [["add", "3000"], "extension 3000: allowed are 1000 to 2999"],
        [["remove", "15000"], "extension 15000: allowed are 1000 to 2999"],
        [["remove", "1001"], "extension 1001 is in the configuration"],
    ])("are left alone by an unclear request: %j", async (operands, message) => {
        const refused: unknown = await extension({ stack: "dev" }, operands).catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(Failure);
        expect((refused as Failure).message).toContain(message);
        expect((refused as Failure).status).toBe(2);
        expect(jobs()).toEqual([]);
    });
});
