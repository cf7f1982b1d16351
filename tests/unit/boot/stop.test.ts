import * as prepare from "../../../cli/commands/prepare";
import { stop } from "../../../cli/commands/stop";
import * as owner from "../../../cli/engine/owner";
import * as labs from "../../../lab/lab";
import * as shutdown from "../../../lab/shutdown";
import { stackPaths } from "../../../paths";
import * as daemon from "../../../providers/docker-daemon/daemon";

jest.mock("../../../cli/commands/prepare");
jest.mock("../../../cli/engine/owner");
jest.mock("../../../lab/lab");
jest.mock("../../../lab/shutdown");
jest.mock("../../../providers/docker-daemon/daemon");

let done: string[];
let said: string;

beforeEach(() => {
    jest.resetAllMocks();
    [done, said] = [[], ""];
    jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += String(text)), true));
    jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab: true } as never);
    there({});
    jest.mocked(shutdown.shutDownVms).mockImplementation(async () => {
        done.push("VMs");
        return { off: ["sip-1", "pbx-1"], cut: ["pbx-1"] };
    });
    jest.mocked(daemon.endDaemon).mockImplementation(async (given) => {
        expect(given).toMatchObject({ dataDir: stackPaths("dev").dataDir });
        done.push("Docker");
    });
    jest.mocked(labs.endLab).mockImplementation(async (stack) => void done.push(`lab ${stack}`));
});
afterEach(() => jest.restoreAllMocks());

function there({ init = true, libvirtd = true }): void {
    const others = { netns: true, phonesNetns: true, outerNetns: true };
    jest.mocked(labs.labState).mockResolvedValue({ ...others, init, libvirtd });
}

describe("a stack is stopped", () => {
    it("in order: VMs, core services, lab", async () => {
        const { facts, text } = await stop("dev");
        expect(done).toEqual(["VMs", "Docker", "lab dev"]);
        expect(facts).toEqual({ stack: "dev", vms: ["sip-1", "pbx-1"], cut: ["pbx-1"] });
        expect(text).toBe("dev: 2 VMs and the core services are stopped; ./voip up --stack dev starts them");
        expect(said).toBe("did not power off, and were cut off: pbx-1\n");
    });

    it("also where its Docker daemon does not end", async () => {
        jest.mocked(daemon.endDaemon).mockRejectedValue(new Error("waited 60 s"));
        await stop("dev");
        expect(done).toEqual(["VMs", "lab dev"]);
        expect(said).toContain("waited 60 s\n");
    });

    it("also where libvirtd does not answer, whose VMs end with the lab", async () => {
        there({ libvirtd: false });
        expect((await stop("dev")).facts).toMatchObject({ vms: [] });
        expect(done).toEqual(["Docker", "lab dev"]);
    });

    it("also where its lab has lost its directories", async () => {
        there({ init: false });
        await stop("dev");
        expect(done).toEqual(["VMs", "Docker", "lab dev"]);
    });

    it("only once", async () => {
        there({ init: false, libvirtd: false });
        expect((await stop("dev")).text).toBe("dev: nothing runs, nothing was stopped");
        expect(done).toEqual([]);
    });

    it("only if it has a lab, and this is its own", async () => {
        jest.mocked(owner.checkLabOwner).mockRejectedValue(new Error("belongs to another"));
        await expect(stop("dev")).rejects.toThrow("belongs to another");
        jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab: false } as never);
        await expect(stop("dev")).rejects.toThrow("stack dev has no lab: stop its VMs in their hypervisors");
        expect(done).toEqual([]);
    });
});
