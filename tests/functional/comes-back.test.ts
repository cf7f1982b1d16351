import type { ServiceOutput } from "../../contract";
import { stackPaths } from "../../paths";
import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import { stack } from "../stack/environment";
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

test("VMs whose power is cut, all at once, are back by themselves, and calls work", async () => {
    const { vms } = await outputs();
    const virsh = ["virsh", "--connect", stackPaths(stack).libvirtUri];
    const running = async () => (await run([...virsh, "list", "--name"])).stdout.split("\n").filter(Boolean).sort();
    expect(await running()).toEqual(Object.keys(vms).sort());
    const start = performance.now();
    await Promise.all(Object.keys(vms).map((vm) => run([...virsh, "destroy", vm])));
    const allBack = async () => ((await running()).length === Object.keys(vms).length ? true : undefined);
    await waitFor("all VMs to run", allBack, { deadlineMs: 60_000 });
    away["VMs without power"] = seconds(start);
    await waitFor("a call to work", callWorks, { deadlineMs: 300_000 });
    away["calls without power"] = seconds(start);
});
