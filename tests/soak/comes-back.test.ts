import { stackPaths } from "../../paths";
import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import { stack } from "../stack/environment";
import { broughtUp, outputs } from "../stack/platform";
import { voipJson } from "../stack/voip";

/** How long everything was away, in seconds. */
const away: Record<string, number> = {};

const seconds = (start: number): number => Math.round((performance.now() - start) / 100) / 10;

const callWorks = () => voipJson("call", "--seconds", "1").catch(() => undefined);

beforeAll(() => broughtUp());
afterAll(() => void process.stderr.write(`comes back: seconds away: ${JSON.stringify(away)}\n`));

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
