import { record } from "../audio/recorder";
import type { RtpStream } from "../audio/rtp";
import { sipp, startSipp, type SippOptions, type SippResult, type SippRun } from "../sipp/sipp";
import type { PlatformOutputs } from "../../contract";
import { enterPhones, onVm, outputs } from "./platform";

/** A SIP account with an address of its own on the external network of the stack. */
export class TestPhone {
    constructor(
        readonly user: string,
        readonly address: string,
        private readonly platform: PlatformOutputs,
    ) {}

    private options(scenario: string, more: Partial<SippOptions>): SippOptions {
        const {
            proxies: [proxy],
            sipDomain,
            extensions,
        } = this.platform;
        return {
            scenario,
            enter: enterPhones,
            user: this.user,
            domain: sipDomain,
            address: this.address,
            port: 5060,
            mediaPort: 6000,
            remote: `${proxy.external}:${proxy.ports.udp}`,
            password: extensions[this.user]?.password,
            ...more,
        };
    }

    /** Starts a scenario that goes on until it is told to end. */
    start(scenario: string, callee: string | undefined, more: Partial<SippOptions>): SippRun {
        return startSipp(this.options(scenario, { callee, ...more }));
    }

    /** Runs a scenario of a caller. */
    call(scenario: string, callee: string, more: Partial<SippOptions> = {}): Promise<SippResult> {
        return sipp(this.options(scenario, { callee, ...more }));
    }

    register(more: Partial<SippOptions> = {}): Promise<SippResult> {
        return sipp(this.options("uac-register", { keys: { expires: "120" }, ...more }));
    }

    /** Whether the registrar itself knows this contact. */
    isRegistered(): Promise<boolean> {
        return isContact(this.user, this.address);
    }

    unregister(): Promise<SippResult> {
        return this.register({ keys: { expires: "0" } });
    }

    /**
     * Registers and answers calls by a scenario of a callee, while `during` runs; both must end well.
     * @returns what `during` returned.
     */
    async answering<T>(scenario: string, more: Partial<SippOptions>, during: () => Promise<T>): Promise<T> {
        await this.register();
        const callee: SippRun = startSipp(this.options(scenario, { remote: undefined, password: undefined, ...more }));
        try {
            const [result] = await Promise.all([during(), callee.done]);
            return result;
        } finally {
            callee.stop();
            await callee.done.catch(() => undefined);
            await this.unregister();
        }
    }

    /** The streams that arrived at this phone. */
    allHeard(streams: RtpStream[]): RtpStream[] {
        return streams.filter(({ destination }) => destination === this.address);
    }

    /** The sound that arrived at this phone, in its longest stream. */
    heard(streams: RtpStream[]): RtpStream {
        const mine = this.allHeard(streams);
        if (mine.length === 0) throw new Error(`no RTP arrived at ${this.user} (${this.address})`);
        return mine.reduce((longest, stream) => (stream.packets > longest.packets ? stream : longest));
    }
}

/**
 * Whether the registrar has a contact that calls would be sent to; one that was deleted stays in memory until that is written
 * to the database (Kamailio, module usrloc, `db_mode` write-back).
 */
export async function isContact(user: string, address: string): Promise<boolean> {
    const contacts = await onVm("sip-1", "docker exec kamailio kamcmd ul.dump");
    const found = [...contacts.matchAll(/Address: sip:([^@]+)@([^:;]+)[^\n]*\n\s*Expires: (\S+)/g)];
    return found.some(([, name, at, expires]) => name === user && at === address && /^\d+$/.test(expires));
}

/** The phones of the stack, in the order of its extensions. */
export async function testPhones(): Promise<TestPhone[]> {
    const platform = await outputs();
    const users = Object.keys(platform.extensions).sort();
    return platform.lab.phoneAddresses.slice(0, users.length).map((address, n) => {
        return new TestPhone(users[n], address, platform);
    });
}

/** The RTP streams that the phones sent and received while `during` ran; none is left recording when it fails. */
export async function recorded(during: () => Promise<unknown>): Promise<RtpStream[]> {
    const recorder = await record(enterPhones, "any");
    await during().finally(() => recorder.stop());
    return recorder.stop();
}
