import { enterLab, enterPhones } from "../lab/lab";
import { waitFor } from "../process/wait";
import { platformOutputs } from "../cli/platform/outputs";
import type { MediaOutput, PlatformOutputs } from "../contract";
import { parseTotals, totalsCommand } from "../services/rtpengine/totals";
import { onVm } from "../cli/platform/vm";
import { table } from "../cli/render/table";
import { Failure, note, type Result } from "../cli/result";
import { busySeconds, cpuCommand, qemuSeconds } from "./cpu";
import type { Endpoint } from "./ng-main";
import type { BenchOptions } from "./options";
import { startWorker } from "./worker";

/** Seconds over which CPU time is counted. */
const windowSeconds = 20;

/** Share of lost packets above which a run counts as more than the machine carries. */
const lossAllowed = 0.02;

const defaultCalls = 100;

/** A clock tick, in seconds: the smallest measurable value. */
const tick = 0.01;

type Mode = "kernel" | "userspace";

interface Run {
    mode: Mode;
    calls: number;
    /** Of the VM without calls, and with them. */
    idle: Cpu;
    busy: Cpu;
    sent: number;
    received: number;
    kernelPackets: number;
    userspacePackets: number;
}

/** CPU seconds of the media server in one window. */
interface Cpu {
    /** Counted by the guest. */
    guest: number;
    /** Spent by the host on its QEMU process. */
    host: number;
}

interface Bench {
    stack: string;
    outputs: PlatformOutputs;
    media: MediaOutput;
}

const dropIn = "/run/systemd/system/rtpengine-daemon.service.d/voip-bench.conf";
const forcedConfig = "/run/voip-bench-rtpengine.conf";

/** Gives RTPEngine a configuration without a kernel table, mounted over its own: nothing of the platform is changed. */
const forceUserspace = [
    `sudo sed -e 's/^table *=.*/table = -1/' -e 's/^no-fallback *=.*/no-fallback = false/' /etc/rtpengine/rtpengine.conf | sudo tee ${forcedConfig} >/dev/null`,
    `sudo mkdir -p $(dirname ${dropIn})`,
    `printf '[Service]\\nBindReadOnlyPaths=${forcedConfig}:/etc/rtpengine/rtpengine.conf\\n' | sudo tee ${dropIn} >/dev/null`,
    "sudo systemctl daemon-reload",
    "sudo systemctl restart rtpengine-daemon",
].join(" && ");

/** Lets this machine command RTPEngine, which the firewall allows proxies only: until its rules are loaded again. */
const openControl = ({ ngPort }: MediaOutput): string =>
    `sudo nft insert rule inet voip prerouting ip saddr "\${SSH_CLIENT%% *}" udp dport ${ngPort} notrack accept`;
const closeControl = "sudo nft --file /etc/nftables.conf";

const restore = `${closeControl}; if [ -e ${dropIn} ]; then sudo rm -f ${dropIn} ${forcedConfig} && sudo systemctl daemon-reload && sudo systemctl restart rtpengine-daemon; fi`;

async function counters({ stack, outputs, media }: Bench): Promise<ReturnType<typeof parseTotals>> {
    return waitFor(
        "RTPEngine to answer",
        async () => parseTotals(await onVm(stack, outputs, media.name, totalsCommand(media.cliPort))),
        { deadlineMs: 20_000 },
    );
}

/** CPU seconds in the window, of the guest and of QEMU. */
async function cpu({ stack, outputs, media: { name: vm } }: Bench): Promise<Cpu> {
    const before = qemuSeconds(stack, vm);
    const guest = busySeconds(await onVm(stack, outputs, vm, cpuCommand(windowSeconds)));
    return { guest, host: qemuSeconds(stack, vm) - before };
}

async function measure(bench: Bench, mode: Mode, calls: number): Promise<Run> {
    const { stack, outputs, media } = bench;
    const idle = await cpu(bench);
    const before = await counters(bench);
    await onVm(stack, outputs, media.name, openControl(media));
    const phones = startWorker((argv) => enterPhones(stack, argv), "bench/rtp-main.ts");
    const control = startWorker((argv) => enterLab(stack, argv), "bench/ng-main.ts");
    try {
        const [first, second] = outputs.lab.phoneAddresses;
        const own = await phones.ask<{ a: Endpoint; b: Endpoint }[]>({ calls, addresses: [first, second] });
        const rtpengine = { address: media.internal, port: media.ngPort };
        const relays = await control.ask<{ a: Endpoint; b: Endpoint }[]>({ rtpengine, calls: own });
        await phones.ask({ relays });
        const count = (): Promise<{ sent: number; received: number }> => phones.ask({});
        await waitFor(
            "every call to have sound",
            async () => ((await count()).received > calls * 50 ? true : undefined),
            {
                deadlineMs: 20_000,
            },
        );
        const start = await count();
        const busy = await cpu(bench);
        const end = await count();
        await phones.end();
        await control.end();
        const after = await waitFor(
            "RTPEngine to end the sessions",
            async () => {
                const now = await counters(bench);
                return now.sessions === 0 ? now : undefined;
            },
            { deadlineMs: 20_000 },
        );
        return {
            mode,
            calls,
            idle,
            busy,
            sent: end.sent - start.sent,
            received: end.received - start.received,
            kernelPackets: after.kernelPackets - before.kernelPackets,
            userspacePackets: after.userspacePackets - before.userspacePackets,
        };
    } finally {
        await phones.end();
        await control.end();
        await onVm(stack, outputs, media.name, closeControl);
    }
}

const overloaded = ({ sent, received }: Run): boolean => received < sent * (1 - lossAllowed);

/** Both modes with the same number of calls, halved until the machine carries them in both. */
async function bothModes(bench: Bench, wanted: number): Promise<Record<Mode, Run>> {
    const {
        stack,
        outputs,
        media: { name: vm },
    } = bench;
    for (let calls = wanted; ; calls = Math.floor(calls / 2)) {
        note(`bench media: ${calls} calls, in the kernel`);
        const kernel = await measure(bench, "kernel", calls);
        note(`bench media: ${calls} calls, in userspace`);
        await onVm(stack, outputs, vm, forceUserspace);
        const userspace = await measure(bench, "userspace", calls).finally(() => onVm(stack, outputs, vm, restore));
        if (calls <= 1 || ![kernel, userspace].some(overloaded)) return { kernel, userspace };
        const lost = [kernel, userspace].map(({ mode, sent, received }) => `${mode} ${sent - received} of ${sent}`);
        note(`bench media: ${calls} calls are more than this machine carries (lost: ${lost.join(", ")})`);
    }
}

const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;

/**
 * CPU of the media server for N calls with kernel forwarding, and without. Sessions are set up directly at RTPEngine and fed
 * from the phones' namespace: neither proxy nor PBX takes part, so the VM's CPU is spent on media alone.
 * @throws Failure if the platform is not up, or carries calls.
 */
export async function benchMedia({ stack, calls = defaultCalls }: BenchOptions): Promise<Result> {
    const outputs = await platformOutputs(stack);
    const media = outputs.mediaServers[0] as MediaOutput | undefined;
    if (!media || !outputs.lab.enabled) throw new Failure("bench media needs the media VM and the phones of a lab");
    const bench = { stack, outputs, media };
    const vm = media.name;
    await onVm(stack, outputs, vm, restore); // after a killed benchmark
    const { sessions } = await counters(bench);
    if (sessions > 0)
        throw new Failure(`${vm} carries ${sessions} sessions; the benchmark restarts RTPEngine: hang up first`);

    const { kernel, userspace } = await bothModes(bench, calls);
    // the quieter of the two idle windows: other work of the VM does not belong to its forwarding
    const idle = {
        guest: Math.min(kernel.idle.guest, userspace.idle.guest),
        host: Math.min(kernel.idle.host, userspace.idle.host),
    };
    const spent = ({ busy }: Run): Cpu => ({
        guest: Math.max(busy.guest - idle.guest, tick),
        host: Math.max(busy.host - idle.host, tick),
    });
    const ratio = round(spent(userspace).guest / spent(kernel).guest, 1);
    const hostRatio = round(spent(userspace).host / spent(kernel).host, 1);
    const rows = [kernel, userspace].map((run) => [
        run.mode,
        String(run.calls),
        `${round(spent(run).guest)} s`,
        `${round(spent(run).host)} s`,
        String(run.sent),
        String(run.received),
        `${run.kernelPackets} / ${run.userspacePackets}`,
    ]);
    const heading = ["bench media", "calls", "guest cpu", "qemu cpu", "sent", "received", "kernel / userspace packets"];
    const text = [
        table(heading, rows),
        `ratio ${ratio} (guest CPU, userspace to kernel; QEMU on the host: ${hostRatio})`,
        `CPU seconds of ${vm} over ${windowSeconds} s, less those of the idle VM (${round(idle.guest)} s, QEMU ${round(idle.host)} s); ` +
            "G.711, 50 packets/s each way and call. The guest counts by clock ticks, which miss the shortest interrupts; " +
            "QEMU's seconds hold its network card and its disks as well.",
    ].join("\n");
    return { facts: { stack, calls: kernel.calls, windowSeconds, ratio, hostRatio, idle, kernel, userspace }, text };
}
