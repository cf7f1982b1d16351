import * as fs from "node:fs";
import * as parts from "../../../cli/backup/parts";
import * as pbx from "../../../cli/backup/pbx";
import * as phrases from "../../../cli/backup/phrase";
import * as places from "../../../cli/backup/place";
import * as backups from "../../../cli/commands/backup";
import * as operations from "../../../cli/commands/operate";
import * as prepare from "../../../cli/commands/prepare";
import { restore } from "../../../cli/commands/restore";
import * as entrances from "../../../cli/engine/entrance";
import * as platformOf from "../../../cli/platform/outputs";
import { Failure } from "../../../cli/result";
import * as host from "../../../lab/host";
import { platform } from "./outputs";

jest.mock("node:fs", () => ({ ...jest.requireActual<typeof fs>("node:fs"), existsSync: jest.fn() }));
jest.mock("../../../cli/backup/parts");
jest.mock("../../../cli/backup/pbx");
jest.mock("../../../cli/backup/phrase");
jest.mock("../../../cli/backup/place");
jest.mock("../../../cli/commands/backup");
jest.mock("../../../cli/commands/operate");
jest.mock("../../../cli/commands/prepare");
jest.mock("../../../cli/engine/entrance");
jest.mock("../../../cli/platform/outputs");
jest.mock("../../../lab/host");

const opened = {
    identity: "AGE-SECRET",
    manifest: {
        ...{ format: 1, project: "voip-stack", stack: "dev", version: "0.1.0", time: "2030-01-02T03:04:05.000Z" },
        ...{ dataDir: "/data", stateSalt: "v1" },
        parts: [],
        counts: [
            { name: "accounts", least: 2, most: 2 },
            { name: "voicemail messages on pbx-1", least: 3, most: 3 },
        ],
    },
};
const part = { name: "voicemail-pbx-1", file: "v", bytes: 1, sha256: "00" };

/** What changes anything, in the order in which it was done. */
let done: string[];
beforeEach(() => {
    jest.clearAllMocks();
    done = [];
    const does = (what: string) => async (): Promise<undefined> => void done.push(what);
    jest.mocked(fs.existsSync).mockReturnValue(true);
    jest.mocked(phrases.backupPhrase).mockReturnValue("of the backup");
    jest.mocked(phrases.stackPhrase).mockReturnValue("of the stack");
    jest.mocked(entrances.hasResources).mockResolvedValue(false);
    jest.mocked(entrances.hasLab).mockResolvedValue(false);
    jest.mocked(prepare.checkedConfig).mockResolvedValue({ lab: true, core: "embedded" } as never);
    jest.mocked(prepare.hostPackages).mockImplementation(does("packages"));
    jest.mocked(host.hostProblems).mockResolvedValue([]);
    jest.mocked(places.checkBackup).mockResolvedValue(opened);
    jest.mocked(places.placeBackup).mockImplementation(does("place"));
    jest.mocked(places.partOf).mockReturnValue(part);
    jest.mocked(entrances.entrance).mockImplementation(does("lab") as never);
    jest.mocked(operations.operate).mockImplementation(does("up") as never);
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
    jest.mocked(backups.countRows).mockResolvedValue({ accounts: 2 });
    jest.mocked(parts.feedPart).mockImplementation(does("voicemail"));
    jest.mocked(pbx.unpackOn).mockReturnValue({ argv: ["unpack"] });
    jest.mocked(pbx.messagesAt).mockResolvedValue(3);
});

async function refused(work: Promise<unknown>): Promise<Failure> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
}

describe("./voip restore", () => {
    it("puts the data in place, starts the lab, brings up the rest, and puts the voicemail back", async () => {
        const { facts } = await restore({ stack: "dev", from: "/b" });
        expect(done).toEqual(["packages", "place", "lab", "up", "voicemail"]);
        expect(jest.mocked(places.placeBackup).mock.calls[0]).toMatchObject([
            {
                ...{ stack: "dev", dir: "/b", passphrase: "of the backup", stackPassphrase: "of the stack" },
                keepConfig: false,
            },
            opened,
        ]);
        expect(operations.operate).toHaveBeenCalledWith("up", { stack: "dev", engine: "auto", yes: true });
        expect(parts.feedPart).toHaveBeenCalledWith({ dir: "/b", part, identity: "AGE-SECRET" }, { argv: ["unpack"] });
        expect(pbx.unpackOn).toHaveBeenCalledWith({ stack: "dev", sshConfig: "/data/ssh/config", host: "pbx-1" });
        expect(facts.counts).toEqual([
            { name: "accounts", backup: "2", restored: 2, same: true },
            { name: "voicemail messages on pbx-1", backup: "3", restored: 3, same: true },
        ]);
    });

    it("fails when less came back", async () => {
        jest.mocked(pbx.messagesAt).mockResolvedValue(2);
        const failure = await refused(restore({ stack: "dev", from: "/b" }));
        expect(failure.message).toBe("stack dev is up, but not all is as in the backup: voicemail messages on pbx-1");
        expect(failure.text).toContain("differs");
        expect(failure.facts).toMatchObject({ counts: [{ same: true }, { same: false }] });
    });

    it.each([
        ["resources", entrances.hasResources],
        ["a lab", entrances.hasLab],
    ])("refuses a stack that has %s", async (_what, has) => {
        jest.mocked(has).mockResolvedValue(true);
        expect((await refused(restore({ stack: "dev", from: "/b" }))).message).toBe(
            "stack dev exists, and a restore needs a place without it: ./voip destroy --stack dev removes it",
        );
        expect(done).toEqual([]);
    });

    it("touches nothing when the backup is refused", async () => {
        jest.mocked(places.checkBackup).mockRejectedValue(new Failure("damaged"));
        expect((await refused(restore({ stack: "dev", from: "/b" }))).message).toBe("damaged");
        expect(done).toEqual([]);
    });

    it("touches nothing when the checkout's configuration is refused", async () => {
        jest.mocked(prepare.checkedConfig).mockRejectedValue(new Failure("phase 9"));
        expect((await refused(restore({ stack: "dev", from: "/b" }))).message).toBe("phase 9");
        expect(done).toEqual([]);
    });

    it("takes the configuration of the backup when the checkout has none", async () => {
        jest.mocked(fs.existsSync).mockReturnValue(false);
        await restore({ stack: "dev", from: "/b", keepConfig: true });
        expect(prepare.checkedConfig).not.toHaveBeenCalled();
        expect(jest.mocked(places.placeBackup).mock.calls[0][0].keepConfig).toBe(true);
    });

    it("puts nothing in place on a machine that can't hold the lab", async () => {
        jest.mocked(host.hostProblems).mockResolvedValue(["not root", "no /dev/net/tun"]);
        expect((await refused(restore({ stack: "dev", from: "/b" }))).message).toBe("not root\nno /dev/net/tun");
        expect(done).toEqual(["packages"]);
    });

    it("says what to do when the platform does not come up", async () => {
        const failed = new Failure("up failed: no space", { log: "/log", facts: { failed: 1 } });
        jest.mocked(operations.operate).mockRejectedValue(failed);
        const failure = await refused(restore({ stack: "dev", from: "/b" }));
        expect(failure.message).toBe(
            "the state and all data are in place, but up failed: no space\n" +
                "remove it with ./voip destroy --stack dev and restore again: the backup is as it was",
        );
        expect(failure).toMatchObject({ log: "/log", facts: { failed: 1 } });
        expect(done).not.toContain("voicemail");
    });
});
