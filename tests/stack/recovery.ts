import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import { stackPaths } from "../../paths";
import { changeConfig, restoreConfig } from "./config";
import { container } from "./core";
import { stack } from "./environment";
import { Load, type Busy } from "./load";
import { broughtUp, onVm, up } from "./platform";
import { testPhones } from "./phones";
import { voip, voipFails, voipJson } from "./voip";

/** Seconds that a password and a certificate are good for; a certificate is renewed after two thirds of that. */
export const lives = { database: 60, certificate: 90 };

/** What the agents keep fresh, by VM. */
const kept = { "sip-1": ["kamailio-db", "kamailio-cert"], "pbx-1": ["asterisk-db", "asterisk-cert"] };

/** Those of them that live until somebody replaces them. */
const keptForGood = ["kamailio-route-key", "kamailio-valkey"];

interface Said {
    agent: { state: string; detail: string };
    secrets: { name: string; version: string }[];
    certificates: { name: string; serial: string }[];
    failures: { name: string; detail: string }[];
}

const agentOf = async (vm: string): Promise<Said> =>
    JSON.parse(await onVm(vm, "sudo /usr/local/sbin/voip-agent status")) as Said;

/** What distinguishes each secret of a VM from the ones before it, by name; those that stay as they are have no version. */
async function versions(vm: string): Promise<Record<string, string>> {
    const { secrets, certificates } = await agentOf(vm);
    return Object.fromEntries([
        ...secrets.filter(({ version }) => version !== "-").map(({ name, version }) => [name, version]),
        ...certificates.map(({ name, serial }) => [name, serial]),
    ]) as Record<string, string>;
}

/** Waits until every secret of every VM was replaced so many times, by nobody's command. */
async function replacements(times: number, deadlineMs: number): Promise<Record<string, number>> {
    const seen = new Map<string, Set<string>>();
    const look = async (): Promise<Record<string, number>> => {
        for (const vm of Object.keys(kept)) {
            for (const [name, version] of Object.entries(await versions(vm))) {
                seen.set(name, (seen.get(name) ?? new Set()).add(version));
            }
        }
        return Object.fromEntries([...seen].map(([name, all]) => [name, all.size - 1]));
    };
    return waitFor(
        `${times} replacements of each secret`,
        async () => {
            const counts = await look();
            if (Object.entries(counts).every(([name, count]) => keptForGood.includes(name) || count >= times))
                return counts;
            throw new Error(JSON.stringify(counts));
        },
        { deadlineMs, intervalMs: 2000 },
    );
}

/** What keeps a VM busy, and what its systemd waits for. */
const looks =
    "top -b -n 1 | head -n 14; systemctl list-jobs --no-legend; sudo journalctl --lines 30 --no-pager --output cat";

/** Seconds until all is well again, by `./voip status`, and new secrets are in place. */
async function recovered(): Promise<number> {
    const start = performance.now();
    await waitFor(
        "./voip status to find nothing wrong",
        async () => (await voip(["status", "--stack", stack, "--json"])).stdout,
        { deadlineMs: 240_000, intervalMs: 5000 }, // each look costs an emulated CPU a second
    ).catch(async (error: Error) => {
        const seen = await onVm("sip-1", looks).catch(String);
        throw new Error(`${error.message}\nsip-1: ${seen}`);
    });
    return Math.round((performance.now() - start) / 1000);
}

const tell = (what: string, figures: unknown): boolean =>
    process.stderr.write(`recovery: ${what}: ${JSON.stringify(figures)}\n`);

const wait = (seconds: number): Promise<void> => new Promise((wake) => setTimeout(wake, seconds * 1000));

/** How much is tried. */
interface Extent {
    /** How often each secret is to be replaced before anything is taken away. */
    replacements: number;
    /** Whether OpenBao and a VM's power are taken away too, and new secrets are waited for after each loss. */
    everyLoss: boolean;
}

/**
 * Tests that secrets with short lives change by themselves, and that whatever goes away and comes back is whole again, on a
 * platform in use.
 */
export function testRecovery({ replacements: times, everyLoss }: Extent): void {
    beforeAll(async () => {
        await broughtUp();
        changeConfig({
            rotation: "custom",
            rotationTtls: { database: `${lives.database}s`, certificate: `${lives.certificate}s` },
        });
        await up();
    });
    afterAll(restoreConfig); // the next `up` takes it back

    const busy: Busy = { calls: 5, newCallsPerSecond: 1, registrationsPerSecond: 1, tlsPhones: 4 };

    describe("in use", () => {
        let load: Load;
        beforeAll(async () => (load = await Load.start(busy)));
        afterAll(() => load?.abandon());

        it(`replaces each secret by itself, ${times} times`, async () => {
            const counts = await replacements(times, 6 * 90_000);
            tell("replacements", counts);
            expect(Object.keys(counts).sort()).toEqual([...Object.values(kept).flat(), ...keptForGood].sort());
            for (const name of keptForGood) expect(counts[name]).toBe(0);
            for (const vm of Object.keys(kept)) expect((await agentOf(vm)).failures).toEqual([]);
        });

        const continuesWithoutOpenBao = async (): Promise<void> => {
            await container("openbao", "kill");
            const start = performance.now();
            const { stdout } = await waitFor(
                "./voip status to tell of it",
                async () => voipFails(["status", "--stack", stack, "--json"]),
                { deadlineMs: 60_000 },
            );
            expect((JSON.parse(stdout) as { error: string }).error).toContain("openbao");
            await wait(lives.database + 15 - (performance.now() - start) / 1000);
            await container("openbao", "start");
            tell("OpenBao was away", { seconds: lives.database + 15, recoveredAfterSeconds: await recovered() });
            await replacements(1, 180_000);
        };
        if (everyLoss) {
            it(
                "continues when OpenBao is away for longer than a password's life, and reports it",
                continuesWithoutOpenBao,
            );
        }

        it("continues when PostgreSQL is away for 30 s, and then starts an agent that was killed", async () => {
            await container("postgres", "kill");
            await wait(30);
            await container("postgres", "start");
            tell("PostgreSQL was away", { seconds: 30, recoveredAfterSeconds: await recovered() });
            await onVm("sip-1", "sudo systemctl kill --signal=KILL voip-agent");
            tell("the agent of sip-1 was killed", { recoveredAfterSeconds: await recovered() });
            if (everyLoss) await replacements(1, 180_000);
        });

        it("was not noticed by any call, registration or TLS connection", async () => {
            expect(await load.tls.check()).toMatchObject({ closed: 0, failures: [] });
            const { heard } = await load.end(); // fails with the first call or registration that failed
            const longest = heard.filter(({ seconds }) => seconds > 10);
            expect(longest).toHaveLength(busy.calls);
            for (const { lost, gapSeconds } of longest)
                expect({ lost, gapSeconds }).toEqual({ lost: 0, gapSeconds: 0 });
        });
    });

    const recoversVm = async (): Promise<void> => {
        const [caller] = await testPhones();
        const held = await Load.start({ ...busy, newCallsPerSecond: 0, registrationsPerSecond: 0, tlsPhones: 0 });
        try {
            await run(["virsh", "--connect", stackPaths(stack).libvirtUri, "reset", "sip-1"]);
            tell("sip-1 was reset", { recoveredAfterSeconds: await recovered() });
            const { heard } = await held.end();
            const longest = heard.filter(({ seconds }) => seconds > 10);
            expect(longest).toHaveLength(busy.calls);
            for (const { gapSeconds } of longest) expect(gapSeconds).toBe(0);
        } finally {
            await held.abandon();
        }
        await replacements(1, 180_000);
        expect((await caller.register()).status).toBe(200);
        expect(await voipJson("call", "--seconds", "3")).toMatchObject({ answered: true });
    };
    if (everyLoss) {
        it("recovers a VM after a power cut, with new secrets, while calls continue through the others", recoversVm);
    }
}
