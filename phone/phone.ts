import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { run } from "../process/run";
import { waitFor } from "../process/wait";
import { accountLine, fileSource, phoneConfig, silentSource, type PhoneAccount } from "./account";
import { PhoneControl } from "./control";
import { parseAudioDebug, type StreamCounters } from "./stream";
import { toneWav, wavSamples } from "./tone";
import { isRegistering, parseTrace, type TracedMessage } from "./trace";

/** First of the phones' user ids; the last byte of a phone's address is added. */
const firstUser = 64000;

/** Where distributions install baresip's modules. */
const modulePaths = ["/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"];

function modulePath(): string {
    const found = modulePaths.find((dir) => fs.existsSync(dir));
    if (!found) {
        throw new Error(`no baresip modules in ${modulePaths.join(" or ")}: install baresip-core, see ./voip doctor`);
    }
    return found;
}

async function freePort(): Promise<number> {
    const server = net.createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((closed) => server.close(closed));
    return port;
}

/**
 * Makes all packets of user `uid` leave from the phone's own address. baresip binds RTP to all addresses, so otherwise the
 * kernel would use the interface's first address for every phone, and the far side would see RTP from an address other than the
 * one in the SDP. Rule and route stay with the namespace; adding them again changes nothing.
 */
async function sendFromOwnAddress(address: string, uid: number): Promise<void> {
    const addresses = JSON.parse((await run(["ip", "-json", "-4", "address", "show"])).stdout) as {
        ifname: string;
        addr_info: { local: string; prefixlen: number }[];
    }[];
    const holder = addresses.find(({ addr_info }) => addr_info.some(({ local }) => local === address));
    if (!holder) throw new Error(`no interface has the phone's address ${address}: run ./voip up`);
    const prefix = holder.addr_info.find(({ local }) => local === address)?.prefixlen ?? 32;
    const net4 = address
        .split(".")
        .map(Number)
        .reduce((bits, byte) => bits * 256 + byte, 0);
    const size = 2 ** (32 - prefix);
    const base = Math.floor(net4 / size) * size;
    const network = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
    const route = [`${network}/${prefix}`, "dev", holder.ifname, "src", address, "table", String(uid)];
    await run(["ip", "route", "replace", ...route]);
    const rule = ["uidrange", `${uid}-${uid}`, "lookup", String(uid)];
    await run(["ip", "rule", "add", ...rule], { okStatus: [0, 2] }); // 2: the rule already exists
}

/** One softphone (baresip) with a separate process and user, in the network namespace of the process that starts it. */
export class Phone {
    private constructor(
        readonly account: PhoneAccount,
        private readonly dir: string,
        private readonly process: ChildProcess,
        readonly control: PhoneControl,
    ) {}

    /**
     * Starts a phone that sends a sine of `toneHz`, for at most `toneSeconds`. It ends with this process.
     * @throws Error if baresip is missing or does not start within 10 s.
     */
    static async start(account: PhoneAccount, dir: string, toneHz: number, toneSeconds: number): Promise<Phone> {
        const uid = firstUser + Number(account.address.split(".")[3]);
        await sendFromOwnAddress(account.address, uid);
        fs.mkdirSync(dir, { mode: 0o700 });
        const controlPort = await freePort();
        fs.writeFileSync(path.join(dir, "tone.wav"), toneWav(toneHz, toneSeconds));
        fs.writeFileSync(
            path.join(dir, "config"),
            phoneConfig(account, { modulePath: modulePath(), controlPort, recordingDir: dir }),
        );
        for (const name of ["", "tone.wav", "config"]) fs.chownSync(path.join(dir, name), uid, uid);

        const log = fs.openSync(path.join(dir, "log"), "w", 0o600);
        const user = ["--reuid", String(uid), "--regid", String(uid), "--clear-groups", "--pdeathsig", "KILL"];
        // line by line, so that the trace is on disk when it is read
        const argv = [...user, "stdbuf", "-oL", "baresip", "-s", "-f", dir];
        const child = spawn("setpriv", argv, { stdio: ["ignore", log, log] });
        fs.closeSync(log);
        let failure: Error | undefined;
        child.on("error", (error) => (failure = error));
        try {
            const control = await PhoneControl.connect(controlPort, 10_000);
            return new Phone(account, dir, child, control);
        } catch (error) {
            child.kill("SIGKILL");
            const said = failure?.message ?? fs.readFileSync(path.join(dir, "log"), "utf8").slice(-500);
            throw new Error(`phone ${account.extension} did not start: ${said}`, { cause: error });
        }
    }

    /** Registers at the proxy. @throws Error with the proxy's answer, or if there is none within 20 s. */
    async register(): Promise<void> {
        await this.control.command("uanew", accountLine(this.account));
        const { address, port, transport } = this.account.proxy;
        const event = await waitFor(
            `phone ${this.account.extension} to register at ${address}:${port} (${transport})`,
            () => this.control.last("REGISTER_OK", "REGISTER_FAIL"),
            { deadlineMs: 20_000, intervalMs: 10 },
        );
        if (event.type === "REGISTER_FAIL") {
            throw new Error(`phone ${this.account.extension} could not register at ${address}:${port}: ${event.param}`);
        }
    }

    async counters(): Promise<StreamCounters> {
        return parseAudioDebug(await this.control.command("audio_debug"));
    }

    /** Starts sending the tone; until then a call sends no RTP. */
    async speak(): Promise<void> {
        await this.control.command("ausrc", fileSource(path.join(this.dir, "tone.wav")));
    }

    /** Stops sending RTP while the call stays up. */
    async silence(): Promise<void> {
        await this.control.command("ausrc", silentSource);
    }

    /**
     * Ends the process and returns its SIP trace and what it heard (no samples if there was no call). The first signal makes
     * baresip remove its registration; it would then linger for its transactions' timers (RFC 3261, 5 s and more), so the
     * second follows as soon as the proxy has answered.
     * @param recordings folder for the audio that was heard
     */
    async stop(recordings?: string): Promise<{ trace: TracedMessage[]; heard: Int16Array; log: string }> {
        const log = (): string => fs.readFileSync(path.join(this.dir, "log"), "utf8");
        this.process.kill("SIGTERM");
        await waitFor(
            `phone ${this.account.extension} to give up its registration`,
            () => this.ended() || !isRegistering(parseTrace(log())) || undefined,
            { deadlineMs: 3000, intervalMs: 20 },
        ).catch(() => undefined); // its registration then expires
        this.process.kill("SIGTERM");
        await waitFor(`phone ${this.account.extension} to end`, () => this.ended() || undefined, {
            deadlineMs: 2000,
            intervalMs: 10,
        }).catch(() => this.process.kill("SIGKILL"));
        this.control.close();
        const name = fs.readdirSync(this.dir).find((file) => file.endsWith("-dec.wav"));
        const recording = name && path.join(this.dir, name);
        if (recording && recordings) fs.copyFileSync(recording, path.join(recordings, `${this.account.extension}.wav`));
        const heard = recording ? wavSamples(fs.readFileSync(recording)) : new Int16Array();
        return { trace: parseTrace(log()), heard, log: log() };
    }

    private ended(): boolean {
        return this.process.exitCode !== null || this.process.signalCode !== null;
    }
}
