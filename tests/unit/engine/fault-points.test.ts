import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Provider } from "../../../engine/provider/provider";

let dir: string;
let log: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-faults-"));
    log = path.join(dir, "log");
});
afterEach(() => {
    delete process.env.VOIP_FAULT_LOG;
    delete process.env.VOIP_FAULT_POINT;
    jest.restoreAllMocks();
    fs.rmSync(dir, { recursive: true });
});

/** The module as a process has it that was started with these variables. */
async function faultPoints(variables: Record<string, string>) {
    Object.assign(process.env, variables);
    jest.resetModules();
    return import("../../../engine/fault-points");
}

const urn = "urn:pulumi:s::p::t::one";
const provider = (called: string[]): Provider =>
    ({
        diff: async () => called.push("diff"),
        create: async () => called.push("create"),
        version: "1",
    }) as unknown as Provider;
const said = () => fs.readFileSync(log, "utf8").trim().split("\n");

test("an ordinary run has none: a provider is left as it is", async () => {
    const { faultPoint, withFaultPoints } = await faultPoints({});
    const own = provider([]);
    expect(withFaultPoints(own)).toBe(own);
    faultPoint("state written");
    expect(fs.existsSync(log)).toBe(false);
});

test("a call that changes something is surrounded by two, no other is", async () => {
    const { faultPoint, withFaultPoints } = await faultPoints({ VOIP_FAULT_LOG: log });
    const called: string[] = [];
    const watched = withFaultPoints(provider(called));
    faultPoint("state written");
    await (watched.create as unknown as (urn: string) => Promise<void>)(urn);
    await (watched.diff as unknown as (urn: string) => Promise<void>)(urn);
    expect(called).toEqual(["create", "diff"]);
    expect((watched as unknown as { version: string }).version).toBe("1");
    expect(said()).toEqual(["state written", "create one: sent", "create one: answered"]);
});

test("the engine is killed at the one that is asked for, not before", async () => {
    const kill = jest.spyOn(process, "kill").mockReturnValue(true);
    jest.spyOn(Atomics, "wait").mockReturnValue("ok");
    const { faultPoint } = await faultPoints({ VOIP_FAULT_LOG: log, VOIP_FAULT_POINT: "2" });
    faultPoint("first");
    expect(kill).not.toHaveBeenCalled();
    faultPoint("second");
    expect(kill).toHaveBeenCalledWith(process.pid, "SIGKILL");
    expect(said()).toEqual(["first", "second"]);
});
