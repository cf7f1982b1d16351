import { runProgram } from "../../process/program";
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

/** Bytes of shared memory that Kamailio's modules have, but for transactions: those of its own OPTIONS come and go. */
async function sharedMemory(): Promise<number> {
    const text = await kamcmd("mod.stats all shm");
    const modules = [...text.matchAll(/^Module: (\S+)\s*\{[^}]*?Total: (\d+)/gm)].filter(([, name]) => name !== "tm");
    if (modules.length === 0) throw new Error(`kamcmd mod.stats names no module: ${text}`);
    return modules.reduce((bytes, [, , total]) => bytes + Number(total), 0);
}

/** Bytes of private memory in use, of all processes together. */
async function privateMemory(): Promise<number> {
    const text = await kamcmd("pkg.stats");
    const processes = [...text.matchAll(/^\s*used: (\d+)$/gm)];
    if (processes.length === 0) throw new Error(`kamcmd pkg.stats names no process: ${text}`);
    return processes.reduce((bytes, [, used]) => bytes + Number(used), 0);
}

let before: string;
const sightings: Partial<Record<Transport, Map<string, Sighting>>> = {};
beforeAll(async () => {
    await broughtUp();
    address = (await outputs()).lab.phoneAddresses[5];
    // an address that nobody knows may not send as many requests
    for (const transport of transports) {
        const phone = new FreePhone(user, address, transport);
        expect(await phone.statuses([{ method: "REGISTER" }])).toEqual([200]);
        await phone.forget();
    }
    before = await processes();
    for (const transport of transports) {
        const seen = await torture(transport, 1, 1000);
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
        const rounds = 10;
        /** The smallest piece of memory, lost once in a round. */
        const leastLoss = rounds * 16;
        const used = async () => ({ inProcesses: await privateMemory(), shared: await sharedMemory() });
        // a buffer grows once in each process, and a table has one more entry; what is lost, is lost each time
        const growths: { inProcesses: number; shared: number }[] = [];
        const isSteady = ({ inProcesses, shared }: (typeof growths)[number]) =>
            inProcesses < leastLoss && shared < leastLoss;
        while (growths.length < 4 && !growths.some(isSteady)) {
            const start = await used();
            await torture("udp", rounds, 30);
            await torture("tls", 1, 30);
            const end = await used();
            growths.push({ inProcesses: end.inProcesses - start.inProcesses, shared: end.shared - start.shared });
        }
        expect(growths.filter(isSteady)).toEqual([growths.at(-1)]);
    });

    it("still has all of its processes, and no new ones", async () => {
        expect(await processes()).toBe(before);
    });

    it("carries calls", async () => {
        expect(await voipJson("call", "--seconds", "1")).toMatchObject({ answered: true });
    });
});
