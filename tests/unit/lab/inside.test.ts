import * as pulumi from "@pulumi/pulumi";
import { insideAnyNetwork, insideLab, previewWithoutLab } from "../../../lab/inside";
import * as procfs from "../../../lab/procfs";
import { requireLab } from "../../../lab/required";

jest.mock("../../../lab/procfs");
/** Inode of the namespace by handle. */
let inodes: Record<string, number | undefined>;
beforeEach(() => {
    inodes = { "/proc/self/ns/net": 1 };
    jest.mocked(procfs.namespaceInode).mockImplementation((at) => inodes[at]);
});
afterEach(() => {
    delete process.env[previewWithoutLab];
    jest.restoreAllMocks();
});
const [lab, phones] = ["/run/netns/voip-unit", "/run/netns/voip-unit-phones"];

describe("this process is in a network of the lab", () => {
    it.each([
        [{ [lab]: 1, [phones]: 2 }, true, true],
        [{ [lab]: 2, [phones]: 1 }, false, true],
        [{ [lab]: 2, [phones]: 3 }, false, false],
        [{}, false, false],
        [{ "/proc/self/ns/net": undefined }, false, false],
    ])("%j: in the servers' %s, in any %s", (given, servers, any) => {
        Object.assign(inodes, given);
        expect([insideLab("unit"), insideAnyNetwork("unit")]).toEqual([servers, any]);
    });
});

describe("the program", () => {
    it("goes on inside of its lab", () => {
        inodes[lab] = 1;
        expect(() => requireLab("unit")).not.toThrow();
    });

    it("says outside of it what to type", () => {
        expect(() => requireLab("unit")).toThrow(pulumi.RunError);
        expect(() => requireLab("unit")).toThrow(
            "type `./voip shell --stack unit pulumi up -s unit` (or preview), or `./voip up --stack unit`",
        );
    });

    it("goes on outside of it only for a preview that needs none", () => {
        const dryRun = jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
        expect(() => requireLab("unit")).toThrow(pulumi.RunError);
        process.env[previewWithoutLab] = "false";
        expect(() => requireLab("unit")).toThrow(pulumi.RunError);
        process.env[previewWithoutLab] = "true";
        expect(() => requireLab("unit")).not.toThrow();
        dryRun.mockReturnValue(false);
        expect(() => requireLab("unit")).toThrow(pulumi.RunError);
    });
});
