import * as ssh from "../../../clients/ssh";
import { changeExtensions, type ExtensionJob } from "../../../cli/extension/change";
import * as subscribers from "../../../subscribers/subscribers";

jest.mock("../../../clients/ssh", () => ({
    ...jest.requireActual<typeof ssh>("../../../clients/ssh"),
    ssh: jest.fn(),
}));
jest.mock("../../../subscribers/subscribers", () => ({
    ...jest.requireActual<typeof subscribers>("../../../subscribers/subscribers"),
    addSubscribers: jest.fn(),
    listSubscribers: jest.fn(),
    removeSubscribers: jest.fn(),
}));

const job = (more: Partial<ExtensionJob>): ExtensionJob => ({
    action: "list",
    login: { host: "h", port: 5432, user: "u", password: "p", caFile: "/ca" },
    sipDomain: "sip.local",
    sshConfig: "/ssh/config",
    proxies: ["sip-1", "sip-2"],
    pbxs: ["pbx-1"],
    ...more,
});

/** The extensions that the databases have. */
let there: string[];
/** What each VM was told. */
let told: Record<string, string>;
beforeEach(() => {
    jest.clearAllMocks();
    [there, told] = [["1001", "1002"], {}];
    jest.mocked(subscribers.listSubscribers).mockImplementation(async () =>
        there.map((extension) => ({ extension, ha1: "", voicemailPin: "" })),
    );
    jest.mocked(subscribers.addSubscribers).mockImplementation(async (_login, _domain, added) => {
        there.push(...added.map(({ extension }) => extension));
    });
    jest.mocked(subscribers.removeSubscribers).mockImplementation(async (_login, _domain, extensions) => {
        const removed = there.filter((each) => extensions.includes(each));
        there = there.filter((each) => !extensions.includes(each));
        return removed;
    });
    jest.mocked(ssh.ssh).mockImplementation(async ({ sshConfig, host }, command) => {
        expect(sshConfig).toBe("/ssh/config");
        told[host] = command;
        return { stdout: "", stderr: "", status: 0 };
    });
});

test("extensions are listed as the databases have them", async () => {
    expect(await changeExtensions(job({}))).toEqual({ extensions: ["1001", "1002"] });
    expect(told).toEqual({});
});

describe("an extension that is added", () => {
    it("gets a password of 24 letters and digits and a PIN of 6 digits, which are kept nowhere", async () => {
        const { added, extensions } = await changeExtensions(job({ action: "add", extension: "1500" }));
        expect(extensions).toEqual(["1001", "1002", "1500"]);
        expect(added!.password).toMatch(/^[A-Za-z0-9]{24}$/);
        expect(added!.voicemailPin).toMatch(/^\d{6}$/);
        const ha1 = subscribers.ha1("1500", "sip.local", added!.password);
        expect(subscribers.addSubscribers).toHaveBeenCalledWith(job({}).login, "sip.local", [
            { extension: "1500", ha1, voicemailPin: added!.voicemailPin },
        ]);
    });

    it("is known to every proxy at once, and is no failure where one can't be told", async () => {
        jest.mocked(ssh.ssh).mockImplementation(async ({ host }, command) => {
            told[host] = command;
            throw new Error("no route");
        });
        const { added } = await changeExtensions(job({ action: "add", extension: "1500" }));
        expect(added?.password).toBeDefined();
        expect(Object.keys(told).sort()).toEqual(["sip-1", "sip-2"]);
        expect(told["sip-2"]).toMatch(/^sudo .*kamailio.* kamcmd htable\.reload account$/);
    });

    it("is different each time", async () => {
        const one = await changeExtensions(job({ action: "add", extension: "1500" }));
        const other = await changeExtensions(job({ action: "add", extension: "1501" }));
        expect(one.added?.password).not.toBe(other.added?.password);
    });

    it("is refused when it is there", async () => {
        await expect(changeExtensions(job({ action: "add", extension: "1001" }))).rejects.toThrow(
            "extension 1001 is there already: remove it first, or choose another number",
        );
        expect(subscribers.addSubscribers).not.toHaveBeenCalled();
    });
});

describe("an extension that is removed", () => {
    it("is forgotten by every proxy and PBX as well, where it may not be in memory", async () => {
        const { extensions } = await changeExtensions(job({ action: "remove", extension: "1002" }));
        expect(extensions).toEqual(["1001"]);
        expect(Object.keys(told).sort()).toEqual(["pbx-1", "sip-1", "sip-2"]);
        const proxy = ["kamcmd htable.delete account s:1002", "kamcmd ul.rm location s:1002"];
        expect(told["sip-1"].split("\n")).toEqual(
            proxy.map(
                (command) => expect.stringMatching(new RegExp(`^sudo .*kamailio.* ${command} \\|\\| true$`)) as string,
            ),
        );
        expect(told["sip-2"]).toBe(told["sip-1"]);
        expect(told["pbx-1"].split("\n")).toEqual(
            ["endpoint", "aor"].map(
                (type) =>
                    expect.stringMatching(
                        new RegExp(`^sudo .*asterisk -rx 'sorcery memory cache expire res_pjsip/${type} 1002'$`),
                    ) as string,
            ),
        );
    });

    it("is also removed from memory if the databases no longer have it, and then reported as missing", async () => {
        await expect(changeExtensions(job({ action: "remove", extension: "1009" }))).rejects.toThrow(
            "there is no extension 1009: there are 1001, 1002",
        );
        expect(Object.keys(told)).toHaveLength(3);
        there = [];
        await expect(changeExtensions(job({ action: "remove", extension: "1009" }))).rejects.toThrow("there are none");
    });
});
