import type { BackupRequest } from "../../../cli/backup/take";
import * as phrases from "../../../cli/backup/phrase";
import * as takes from "../../../cli/backup/take";
import { backup } from "../../../cli/commands/backup";
import * as prepare from "../../../cli/commands/prepare";
import * as backends from "../../../cli/engine/backend";
import * as platformOf from "../../../cli/platform/outputs";
import { Failure } from "../../../cli/result";
import * as programs from "../../../process/program";
import { platform } from "./outputs";

jest.mock("../../../cli/backup/phrase");
jest.mock("../../../cli/backup/take");
jest.mock("../../../cli/commands/prepare");
jest.mock("../../../cli/engine/backend");
jest.mock("../../../cli/platform/outputs");
jest.mock("../../../process/program");

const manifest = {
    ...{ format: 1, project: "voip-stack", stack: "dev", version: "0.1.0", time: "2030-01-02T03:04:05.000Z" },
    ...{ dataDir: "/data", stateSalt: "v1" },
    parts: [{ name: "state", file: "state.tar.gz.age", bytes: 4096, sha256: "00" }],
    counts: [{ name: "accounts", least: 2, most: 2 }],
};

beforeEach(() => {
    jest.clearAllMocks();
    jest.mocked(backends.backendOf).mockReturnValue("file:///home/me");
    jest.mocked(phrases.backupPhrase).mockReturnValue("of the stack");
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
    jest.mocked(takes.takeBackup).mockResolvedValue(manifest);
});

const request = (): BackupRequest => jest.mocked(takes.takeBackup).mock.calls[0][0];

async function refused(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).message;
}

describe("./voip backup", () => {
    it("copies the core services and each PBX of the stack", async () => {
        const { facts, text } = await backup({ stack: "dev", to: "/b" });
        expect(request()).toMatchObject({
            place: { stack: "dev", dockerHost: "unix:///run/voip-stack/dev/docker.sock" },
            ...{ dir: "/b", passphrase: "of the stack", postgresPort: 5432 },
        });
        expect(request().pbxs.map(({ name }) => name)).toEqual(["pbx-1"]);
        const { argv, okStatus } = request().pbxs[0].archive;
        expect(argv.join(" ")).toMatch(
            /^nsenter .* ssh -F \/data\/ssh\/config .*pbx-1 -- sudo tar --create .*\/var\/spool asterisk$/,
        );
        expect(okStatus).toEqual([0, 1]);
        expect(facts).toMatchObject({ stack: "dev", dir: "/b", parts: manifest.parts, counts: manifest.counts });
        expect(text).toContain("state.tar.gz.age  4096");
        expect(text).toContain("2 accounts");
        expect(text).toContain("complete in /b");
    });

    it("counts rows in the lab's network, as PostgreSQL's superuser", async () => {
        await backup({ stack: "dev", to: "/b" });
        jest.mocked(programs.runProgram).mockResolvedValue({ accounts: 2 });
        expect(await request().countRows()).toEqual({ accounts: 2 });
        const [program, job, enter] = jest.mocked(programs.runProgram).mock.calls[0];
        expect(program).toBe("cli/backup/rows-main.ts");
        expect(job).toEqual({ login: { host: "192.168.64.1", port: 5432, ...platform.postgres } });
        expect(enter!(["x"]).length).toBeGreaterThan(1);
    });

    it("waits in the lab's network until OpenBao is active again", async () => {
        await backup({ stack: "dev", to: "/b" });
        await request().openbaoActive();
        const [program, job, enter] = jest.mocked(programs.runProgram).mock.calls[0];
        expect(program).toBe("cli/backup/active-main.ts");
        expect(job).toEqual({ address: "https://192.168.64.1:8200", caFile: "/dev/null" });
        expect(enter!(["x"]).length).toBeGreaterThan(1);
    });

    it("takes another passphrase from a file", async () => {
        await backup({ stack: "dev", to: "/b", passphraseFile: "/p" });
        expect(phrases.backupPhrase).toHaveBeenCalledWith("/p");
    });

    it("refuses a state that is not in files", async () => {
        jest.mocked(backends.backendOf).mockReturnValue("s3://bucket");
        expect(await refused(backup({ stack: "dev", to: "/b" }))).toBe(
            "the state of stack dev is at s3://bucket: backup and restore know states in files (file://) only",
        );
    });

    it.each([
        ["no lab (lab: false)", { ...platform, lab: { ...platform.lab, enabled: false } }],
        [
            "core services of its own (core: external)",
            { ...platform, core: { ...platform.core, kind: "external" as const } },
        ],
    ])("refuses a stack with %s", async (what, outputs) => {
        jest.mocked(platformOf.platformOutputs).mockResolvedValue(outputs);
        expect(await refused(backup({ stack: "dev", to: "/b" }))).toBe(
            `stack dev has ${what}: backup and restore are for stacks whose core services run in a lab`,
        );
        expect(takes.takeBackup).not.toHaveBeenCalled();
    });

    it("does nothing without the packages that it needs", async () => {
        jest.mocked(prepare.hostPackages).mockRejectedValueOnce(new Failure("lacks age"));
        expect(await refused(backup({ stack: "dev", to: "/b" }))).toBe("lacks age");
        expect(takes.takeBackup).not.toHaveBeenCalled();
    });

    it("is told when it is interrupted, and tidies up before it ends", async () => {
        const listeners = process.listenerCount("SIGTERM");
        jest.mocked(takes.takeBackup).mockImplementation(async ({ signal }) => {
            process.emit("SIGTERM");
            expect(signal.aborted).toBe(true);
            throw new Error("interrupted, killed");
        });
        const error: unknown = await backup({ stack: "dev", to: "/b" }).catch((caught: unknown) => caught);
        expect(error).toMatchObject({ message: "backup: interrupted, nothing is left of it", status: 130 });
        expect(process.listenerCount("SIGTERM")).toBe(listeners);
    });
});
