import { runProgram } from "../../../process/program";
import * as processes from "../../../process/run";
import { nodeArgv } from "../../../process/node";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: jest.fn(),
}));

const ends = (result: Partial<processes.RunResult>, reason?: string): void => {
    const whole = { stdout: "", stderr: "", status: 0, ...result };
    const outcome = reason ? Promise.reject(new processes.CommandError(["x"], whole, reason)) : Promise.resolve(whole);
    jest.mocked(processes.run).mockReturnValue(outcome);
};
const job = { password: "secret" };

describe("a program of the checkout", () => {
    beforeEach(() => jest.clearAllMocks());

    it("gets its job where nobody else sees it, and prints its report", async () => {
        ends({ stdout: '{"done":true}\n' });
        expect(await runProgram("phone/main.ts", job)).toEqual({ done: true });
        expect(processes.run).toHaveBeenCalledWith(nodeArgv("phone/main.ts"), { input: '{"password":"secret"}' });
    });

    it("ends with this process where it runs in another network", async () => {
        ends({ stdout: "{}" });
        await runProgram("phone/main.ts", job, (argv) => ["nsenter", "--net=/x", ...argv]);
        const [argv] = jest.mocked(processes.run).mock.calls[0];
        expect(argv).toEqual(["setpriv", "--pdeathsig", "TERM", "nsenter", "--net=/x", ...nodeArgv("phone/main.ts")]);
    });

    it("that fails is reported with its output, or with how it ended", async () => {
        ends({ stderr: "the phone did not start\n" }, "exit status 1");
        await expect(runProgram("phone/main.ts", job)).rejects.toThrow(/^the phone did not start$/);
        ends({}, "killed by SIGKILL");
        await expect(runProgram("phone/main.ts", job)).rejects.toThrow(/^phone\/main.ts: killed by SIGKILL$/);
    });
});
