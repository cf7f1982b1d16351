import type { ServiceOutput } from "../../contract";
import { waitFor } from "../../process/wait";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { voipJson } from "../stack/voip";

/** How long everything was away, in seconds. */
const away: Record<string, number> = {};

const seconds = (start: number): number => Math.round((performance.now() - start) / 100) / 10;

/** The main process of a service; fails where there is none. */
async function processOf({ name, vm, kind, unit }: ServiceOutput): Promise<number> {
    const asked =
        kind === "unit"
            ? `systemctl show --value -p MainPID ${unit ?? name}`
            : `docker inspect --format '{{.State.Pid}}' ${name}`;
    const pid = Number(await onVm(vm, asked));
    if (!pid) throw new Error(`${name} on ${vm} does not run`);
    return pid;
}

const callWorks = () => voipJson("call", "--seconds", "1").catch(() => undefined);

beforeAll(() => broughtUp());
afterAll(() => void process.stderr.write(`comes back: seconds away: ${JSON.stringify(away)}\n`));

test("a program of a VM that is killed is back by itself, and calls work", async () => {
    const { services } = await outputs();
    const onVms = services.filter(({ vm }) => vm !== "core");
    expect(onVms.length).toBeGreaterThan(8);
    const vms = [...new Set(onVms.map(({ vm }) => vm))];
    const kill = async (service: ServiceOutput): Promise<void> => {
        const before = await processOf(service);
        await onVm(service.vm, `sudo kill -KILL ${before}`);
        const start = performance.now();
        const back = async () => {
            const now = await processOf(service).catch(() => undefined);
            return now !== undefined && now !== before ? now : undefined;
        };
        await waitFor(`${service.name} on ${service.vm} to run again`, back, { deadlineMs: 60_000 });
        away[`${service.name} on ${service.vm}`] = seconds(start);
    };
    const killAllOf = async (vm: string): Promise<void> => {
        for (const service of onVms.filter((each) => each.vm === vm)) await kill(service);
    };
    await Promise.all(vms.map(killAllOf));
    const start = performance.now();
    await waitFor("a call to work", callWorks, { deadlineMs: 120_000 });
    away["calls, after the last of them"] = seconds(start);
});
