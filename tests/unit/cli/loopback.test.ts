import * as child from "node:child_process";
import * as os from "node:os";
import { onLoopback } from "../../../cli/engine/loopback";

jest.mock("node:child_process");
jest.mock("node:os");

const addresses = (...internal: boolean[]) =>
    jest
        .mocked(os.networkInterfaces)
        .mockReturnValue({ one: internal.map((each) => ({ internal: each })) as os.NetworkInterfaceInfo[] });
const unshareEnds = (status: number) =>
    jest.mocked(child.spawnSync).mockReturnValue({ status } as child.SpawnSyncReturns<string>);
const uid = jest.spyOn(process, "getuid");
beforeEach(() => {
    jest.clearAllMocks();
    uid.mockReturnValue(0);
});

const argv = ["node", "engine"];

test("the engine starts as it is where there is a loopback interface", () => {
    addresses(false, true);
    expect(onLoopback()(argv)).toEqual(argv);
    expect(child.spawnSync).not.toHaveBeenCalled();
});

describe("without one, the engine gets a separate network with a loopback interface", () => {
    it.each([
        [0, ["unshare", "--net"]],
        [1000, ["unshare", "--net", "--map-root-user"]],
    ])("as user %i", (user, unshare) => {
        uid.mockReturnValue(user);
        addresses(false);
        unshareEnds(0);
        expect(onLoopback()(argv)).toEqual([
            ...unshare,
            ...["sh", "-c", `ip link set lo up && exec "$@"`, "sh"],
            ...argv,
        ]);
        const [program, args] = jest.mocked(child.spawnSync).mock.calls[0];
        expect([program, ...args!]).toEqual([...unshare, "ip", "link", "set", "lo", "up"]);
    });

    it("or the error says what to do", () => {
        addresses();
        unshareEnds(1);
        expect(() => onLoopback()).toThrow(/loopback interface is down.*`ip link set lo up` brings it up/);
    });
});
