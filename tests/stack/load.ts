import { inContainer } from "../../services/container";
import { waitFor } from "../../process/wait";
import { record, type Recorder } from "../audio/recorder";
import type { RtpStream } from "../audio/rtp";
import { longestGap } from "../audio/tone";
import type { TlsRegistrations } from "../sip/tls-registrations";
import { accepted } from "../sipp/messages";
import type { SippRun } from "../sipp/sipp";
import { testPhones } from "./phones";
import { enterPhones, onVm } from "./platform";
import { openTlsPhones } from "./tls-phones";

/** How busy a platform is. */
export interface Busy {
    /** Calls that are up all the time. */
    calls: number;
    newCallsPerSecond: number;
    registrationsPerSecond: number;
    /** Phones that keep a TLS connection; at most ten. */
    tlsPhones: number;
}

/** What a load was like for those who made it. */
export interface Experience {
    /** What the caller of each call that was up all the time has heard; a call that was silent at its end has a gap there. */
    heard: { seconds: number; lost: number; gapSeconds: number; longestPause: number }[];
    newCalls: number;
    registrations: number;
}

const toneHz = 620;
/** More than a test takes. */
const manyCalls = 1_000_000;
const timeoutSeconds = 1200;

const onAsterisk = (command: string): Promise<string> =>
    onVm("pbx-1", `sudo ${inContainer("asterisk", `asterisk -rx '${command}'`)}`);

export const callsUp = async (): Promise<number> =>
    Number(/(\d+) active calls?/.exec(await onAsterisk("core show channels count"))?.[1] ?? 0);

/** Calls, registrations and new calls that go on until they are told to end. */
export class Load {
    private constructor(
        private readonly recorder: Recorder,
        private readonly held: SippRun,
        private readonly newCalls: SippRun | undefined,
        private readonly registrations: SippRun | undefined,
        readonly tls: TlsRegistrations,
        private readonly caller: string,
    ) {}

    /** @returns when all of `calls` are up. */
    static async start({ calls, newCallsPerSecond, registrationsPerSecond, tlsPhones }: Busy): Promise<Load> {
        const [caller, registrar, visitor] = await testPhones();
        const tls = await openTlsPhones(tlsPhones);
        const recorder = await record(enterPhones, "any");
        const held = caller.start("uac-invite-bye", "*43", { tone: toneHz, calls, perSecond: 4, timeoutSeconds });
        const endless = { calls: manyCalls, concurrent: 50, timeoutSeconds };
        const newCalls = newCallsPerSecond
            ? visitor.start("load-test", "*43", { talkMs: 2000, perSecond: newCallsPerSecond, ...endless })
            : undefined;
        const registrations = registrationsPerSecond
            ? registrar.start("uac-register", undefined, {
                  keys: { expires: "300" },
                  perSecond: registrationsPerSecond,
                  ...endless,
              })
            : undefined;
        const load = new Load(recorder, held, newCalls, registrations, tls, caller.address);
        await waitFor(`${calls} calls to be up`, async () => (await callsUp()) >= calls || undefined, {
            deadlineMs: 120_000,
            intervalMs: 1000,
        }).catch(async (error: unknown) => {
            await load.abandon();
            throw error;
        });
        return load;
    }

    /** Ends everything in good order. @throws Error with the first call or registration that went wrong */
    async end(): Promise<Experience> {
        try {
            this.newCalls?.finish();
            this.registrations?.finish();
            const [newCalls, registrations] = await Promise.all([this.newCalls?.done, this.registrations?.done]);
            const end = Date.now() / 1000;
            await onAsterisk("channel request hangup all");
            await this.held.done;
            const heard = (await this.recorder.stop()).filter(({ destination }) => destination === this.caller);
            return {
                heard: heard.map((stream) => experience(stream, end)),
                newCalls: newCalls?.setupSeconds.length ?? 0,
                registrations: accepted(registrations?.messages ?? ""),
            };
        } finally {
            await this.abandon();
        }
    }

    /** Ends everything at once; no call is left on the platform that has lost its phone. */
    async abandon(): Promise<void> {
        await onAsterisk("channel request hangup all").catch(() => undefined);
        const runs = [this.held, this.newCalls, this.registrations].filter((run) => run !== undefined);
        runs.forEach((run) => run.stop());
        await Promise.allSettled([...runs.map(({ done }) => done), this.recorder.stop(), this.tls.close()]);
    }
}

/** Late is not silent: what a busy machine delivers a second later, a phone still plays. */
const lateSeconds = 1;

/** @param end when the call was ended, seconds since 1970 */
function experience(
    { seconds, lost, longestPause, samples, lastAt }: RtpStream,
    end: number,
): Experience["heard"][number] {
    const silent = end - lastAt;
    return { seconds, lost, longestPause, gapSeconds: silent > lateSeconds ? silent : longestGap(samples, toneHz) };
}
