import { runProgram } from "../../process/program";
import { waitFor } from "../../process/wait";
import { rightBy, tortureMessages } from "../sip/torture";
import { FreePhone } from "../stack/exchange";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { voipJson } from "../stack/voip";
import type { Sighting, TortureJob } from "./torture-main";

const user = "1004";
const transports = ["udp", "tls"] as const;
type Transport = (typeof transports)[number];

let address: string;

/** Sends all messages from a phone's address. */
async function torture(transport: Transport, rounds: number, deadlineMs: number): Promise<Sighting[]> {
    const { proxies, ca, sipDomain: domain, extensions } = await outputs();
    const { external: host, ports } = proxies[0];
    const { password } = extensions[user];
    const job: TortureJob = {
        ...{ transport, host, port: ports[transport], address, ca, domain, user, password },
        ...{ rounds, deadlineMs },
    };
    return runProgram<Sighting[]>("tests/security/torture-main.ts", job, (argv) => [...enterPhones, ...argv]);
}

const kamcmd = (command: string): Promise<string> => onVm("sip-1", `docker exec kamailio kamcmd ${command}`);

/** Each process of Kamailio, with the time of its start (proc(5): fields 1 and 22 of stat), and the container that they are in. */
const processes = (): Promise<string> =>
    onVm(
        "sip-1",
        "docker inspect --format '{{.State.Pid}} {{.State.StartedAt}} {{.RestartCount}}' kamailio; " +
            "for id in $(pgrep -x kamailio); do cut -d ' ' -f 1,22 /proc/$id/stat; done",
    );

/** Bytes of shared memory that each of Kamailio's modules has. */
async function sharedMemory(): Promise<{ transactions: number; others: number }> {
    const text = await kamcmd("mod.stats all shm");
    const modules = [...text.matchAll(/^Module: (\S+)\s*\{[^}]*?Total: (\d+)/gm)];
    if (modules.length === 0) throw new Error(`kamcmd mod.stats names no module: ${text}`);
    const sum = (isCounted: (name: string) => boolean): number =>
        modules.reduce((bytes, [, name, total]) => bytes + (isCounted(name) ? Number(total) : 0), 0);
    return { transactions: sum((name) => name === "tm"), others: sum((name) => name !== "tm") };
}

/** Bytes of private memory in use, of all processes together. */
async function privateMemory(): Promise<number> {
    const text = await kamcmd("pkg.stats");
    const processes = [...text.matchAll(/^\s*used: (\d+)$/gm)];
    if (processes.length === 0) throw new Error(`kamcmd pkg.stats names no process: ${text}`);
    return processes.reduce((bytes, [, used]) => bytes + Number(used), 0);
}

/** Sending the messages creates no transaction; those of the proxy's own OPTIONS come and go, 20 KiB each. */
const transactionsMargin = 64 * 1024;

let before: string;
const sightings: Partial<Record<Transport, Map<string, Sighting>>> = {};
beforeAll(async () => {
    await broughtUp();
    address = (await outputs()).lab.phoneAddresses[5];
    // an address that nobody knows may not send as many requests
    const phone = new FreePhone(user, address, "udp");
    expect(await phone.statuses([{ method: "REGISTER" }])).toEqual([200]);
    await phone.forget();
    before = await processes();
    for (const transport of transports) {
        const seen = await torture(transport, 1, 1500);
        sightings[transport] = new Map(seen.map((sighting) => [sighting.name, sighting]));
    }
});

describe.each(transports)("by %s, the proxy", (transport) => {
    const cases = tortureMessages.map((message) => [message.name, message.section, message.what, message] as const);

    it.each(cases)("answers %s as it should (%s: %s)", (name, _section, _what, message) => {
        const { seen } = sightings[transport]!.get(name)!;
        const right = rightBy(message, transport);
        expect(seen).toEqual(
            right.map((sights, n) => (sights.includes(seen[n]) ? seen[n] : `one of ${sights.join(", ")}`)),
        );
    });

    it("gives away no internal address", () => {
        const all = [...sightings[transport]!.values()].flatMap(({ answers }) => answers);
        expect(all.length).toBeGreaterThan(tortureMessages.length / 2);
        expect(all.filter((answer) => answer.includes("192.168.64."))).toEqual([]);
    });
});

describe("after all that, the proxy", () => {
    it("has the memory that it had, however often the messages come", async () => {
        const rounds = 20;
        /** The smallest piece of memory, lost once in a round. */
        const leastLoss = rounds * 16;
        const shared = await sharedMemory();
        // a buffer may grow once in each process, a leak grows each time
        const growths: number[] = [];
        while (growths.length < 3 && !growths.some((growth) => growth < leastLoss)) {
            const used = await privateMemory();
            for (const transport of transports) await torture(transport, transport === "udp" ? rounds : 2, 30);
            growths.push((await privateMemory()) - used);
        }
        expect(growths.at(-1)).toBeLessThan(leastLoss);
        await waitFor(
            `shared memory to be what it was (bytes: ${JSON.stringify(shared)})`,
            async () => {
                const { transactions, others } = await sharedMemory();
                const isBack =
                    transactions <= shared.transactions + transactionsMargin && others < shared.others + leastLoss;
                if (!isBack) throw new Error(JSON.stringify({ transactions, others }));
                return isBack;
            },
            { deadlineMs: 60_000, intervalMs: 1000 },
        );
    });

    it("still has all of its processes, and no new ones", async () => {
        expect(await processes()).toBe(before);
    });

    it("carries calls", async () => {
        expect(await voipJson("call", "--seconds", "1")).toMatchObject({ answered: true });
    });
});
