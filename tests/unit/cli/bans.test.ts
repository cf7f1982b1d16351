import { mergeBans, parseProxyBans, parseSharedBans } from "../../../cli/bans/bans";
import { bans } from "../../../cli/commands/bans";
import * as platformOf from "../../../cli/platform/outputs";
import * as valkey from "../../../cli/platform/valkey";
import * as vms from "../../../cli/platform/vm";
import { platform } from "./outputs";

jest.mock("../../../cli/platform/outputs");
jest.mock("../../../cli/platform/valkey");
jest.mock("../../../cli/platform/vm");

const now = 1_764_480_000;
const dump = (...entries: string[]) =>
    entries.map((entry) => `{\n\tentry: 7\n\tslot: {\n\t\t{\n\t\t\tname: ${entry}\n\t\t\ttype: str\n\t\t}\n`).join("");

const withValkey = {
    ...platform,
    services: [
        ...platform.services,
        { name: "kamailio", vm: "sip-2", kind: "container" as const, ports: [] },
        { name: "valkey", vm: "core", kind: "container" as const, ports: [] },
    ],
};
let ofProxy: Record<string, string | Error>;
let ofValkey: string | Error;
let asked: string[];

beforeEach(() => {
    jest.clearAllMocks();
    jest.useFakeTimers({ now: now * 1000, doNotFake: ["setTimeout", "nextTick"] });
    asked = [];
    ofProxy = { "sip-1": dump(`10.64.0.109\n\t\t\tvalue: passwords ${now + 90}`), "sip-2": "" };
    ofValkey = `10.64.0.109 passwords\n${now + 100}\n10.64.0.20 scanner\n${now + 600}`;
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(withValkey);
    jest.mocked(vms.onVm).mockImplementation(async (_stack, _outputs, vm, command) => {
        asked.push(`${vm}: ${command}`);
        const answer = ofProxy[vm];
        if (answer instanceof Error) throw answer;
        return answer;
    });
    jest.mocked(valkey.valkeyOf).mockImplementation(async (stack, ...command) => {
        asked.push(`valkey of ${stack}: ${command.join(" ")}`);
        if (ofValkey instanceof Error) throw ofValkey;
        return ofValkey;
    });
});
afterEach(() => jest.useRealTimers());

const list = () => bans({ stack: "dev" }, ["list"]);

describe("bans", () => {
    it("are read from a proxy's table and from Valkey", () => {
        const one = { address: "10.64.0.9", reason: "flood", until: 12 };
        expect(parseProxyBans(dump("10.64.0.9\n\t\t\tvalue: flood 12"), "sip-1")).toEqual([
            { ...one, proxies: ["sip-1"] },
        ]);
        expect(parseSharedBans("10.64.0.9 flood\n12\n10.64.0.10 scanner\n13")).toEqual([
            { ...one, proxies: [] },
            { address: "10.64.0.10", reason: "scanner", until: 13, proxies: [] },
        ]);
        expect(parseSharedBans("")).toEqual([]);
    });

    it("of one address and reason are one, until the last end; those that ended are none", () => {
        const ban = (address: string, until: number, ...proxies: string[]) => ({
            ...{ address, reason: "flood", until, proxies },
        });
        const merged = mergeBans(
            [ban("10.0.0.10", 13, "sip-2"), ban("10.0.0.9", 11), ban("10.0.0.10", 12, "sip-1"), ban("10.0.0.8", 10)],
            10,
        );
        expect(merged).toEqual([ban("10.0.0.9", 11), ban("10.0.0.10", 13, "sip-1", "sip-2")]);
    });

    it("are listed with reason, rest and proxies", async () => {
        const { facts, text } = await list();
        expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
            ["ADDRESS", "REASON", "ENDS IN", "PROXIES"],
            ["10.64.0.20", "scanner", "10 min 0 s", "none yet"],
            ["10.64.0.109", "passwords", "100 s", "sip-1"],
        ]);
        expect(facts).toMatchObject({ bans: [{ address: "10.64.0.20" }, { address: "10.64.0.109" }], silent: [] });
    });

    it("are nobody's where there is none", async () => {
        ofProxy = { "sip-1": "", "sip-2": "" };
        ofValkey = "";
        expect((await list()).text).toBe("nobody is banned");
    });

    it("are listed as far as somebody answers", async () => {
        ofProxy["sip-2"] = new Error("ssh: no route\nmore");
        const { facts, text } = await list();
        expect(text).toMatch(/^10\.64\.0\.109 .*\nno answer from sip-2: ssh: no route$/m);
        expect(facts.silent).toEqual(["sip-2: ssh: no route"]);
    });

    it("are the proxies' own where they share nothing", async () => {
        jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
        const { facts } = await list();
        expect(facts.bans).toEqual([
            { address: "10.64.0.109", reason: "passwords", until: now + 90, proxies: ["sip-1"] },
        ]);
        expect(asked.join("\n")).not.toContain("valkey");
    });

    it("are removed in Valkey, then at each proxy, with the count that led to them", async () => {
        const { text } = await bans({ stack: "dev" }, ["remove", "10.64.0.109"]);
        expect(text).toBe("10.64.0.109 is no longer banned");
        const changes = asked.slice(3);
        expect(changes.slice(0, 2)).toEqual([
            "valkey of dev: zrem bans 10.64.0.109 passwords",
            "valkey of dev: del failed:10.64.0.109",
        ]);
        expect(changes.slice(2).map((line) => line.slice(0, 5))).toEqual(["sip-1", "sip-2"]);
        for (const line of changes.slice(2))
            expect(line).toMatch(/htable\.delete banned s:10\.64\.0\.109; .*htable\.delete failed s:10\.64\.0\.109$/);
    });

    it("may go on where a proxy does not answer", async () => {
        ofProxy["sip-2"] = new Error("no route");
        await expect(bans({ stack: "dev" }, ["remove", "10.64.0.109"])).rejects.toThrow(
            "the ban of 10.64.0.109 may go on: no answer from sip-2: no route",
        );
    });

    it.each([
        [["lift"], "bans lift: allowed are list, remove", 2],
        [["remove"], "bans remove: which one? Add its address", 2],
        [["remove", "phone"], "bans remove phone: allowed is an IPv4 address such as 192.0.2.7", 2],
        [["remove", "10.64.0.77"], "bans remove 10.64.0.77: it is not banned", 1],
    ])("%j is refused with one sentence, and changes nothing", async (operands, message, status) => {
        await expect(bans({ stack: "dev" }, operands)).rejects.toMatchObject({ message, status });
        expect(asked.filter((line) => /zrem|delete/.test(line))).toEqual([]);
    });
});
