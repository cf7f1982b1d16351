import { inContainer } from "../../services/container";
import { waitFor } from "../../process/wait";
import { headers, statusOf } from "../sip/message";
import { FreePhone, type PhoneRequest } from "../stack/exchange";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { valkey } from "../stack/valkey";

/** Its limits are in Pulumi.testing.yaml. */
const account = "1005";
/** Costs 0.1 per second; the account has 1 per day. */
const costly = "*43";
/** Voicemail: costs nothing, and waits. */
const free = "*98";
const perDay = 600;

let address: string;
let phone: FreePhone;

const offer = () =>
    `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n`;
const call = (to: string, talkMs = 0): PhoneRequest => ({ method: "INVITE", to, body: offer(), talkMs });
const open = async (): Promise<number> => Number(await valkey("hlen", `calls:${account}`));
const used = async (field: "seconds" | "cost"): Promise<number> =>
    Number(await valkey("hget", `used:${account}`, field));

/** The status of the call's INVITE and of its BYE, and whether the PBX had ended it before. */
async function statuses(
    request: PhoneRequest,
): Promise<{ invite?: number; bye?: number; endedByPbx: boolean; last: string }> {
    const [messages] = await phone.exchange([request]);
    const of = (method: string) =>
        messages.filter((each) => statusOf(each) && headers(each, "CSeq")[0].endsWith(method)).at(-1);
    const [invite, bye] = [of("INVITE"), of("BYE")].map((each) => (each ? statusOf(each) : undefined));
    const endedByPbx = messages.some((each) => each.startsWith("BYE "));
    return { invite, bye, endedByPbx, last: messages.at(-1) ?? "" };
}

async function forget(): Promise<void> {
    await valkey("del", `calls:${account}`, `used:${account}`, `begun:${account}`);
    await onVm("sip-1", `docker exec kamailio kamcmd htable.delete begun s:${account}`);
}

beforeAll(async () => {
    await broughtUp();
    [, , , , address] = (await outputs()).lab.phoneAddresses;
    phone = new FreePhone(account, address, "udp");
});
beforeEach(forget);
afterAll(forget);

describe("an account", () => {
    it("has no more calls at once than it may, and one more when one has ended", async () => {
        const calls = [phone.statuses([call(free, 9000)]), phone.statuses([call(free, 4000)])];
        await waitFor("two calls", async () => (await open()) === 2 || undefined, { deadlineMs: 10_000 });
        expect(await statuses(call(free))).toMatchObject({
            invite: 480,
            last: expect.stringContaining("Too Many Calls") as string,
        });
        await calls[1];
        expect(await open()).toBe(1);
        expect(await statuses(call(free))).toMatchObject({ invite: 200, bye: 200, endedByPbx: false });
        await calls[0];
        expect(await open()).toBe(0);
    });

    it("is charged for what it talked, not for what failed", async () => {
        expect(await statuses(call("9999"))).toMatchObject({ invite: 404 });
        expect([await open(), await used("seconds")]).toEqual([0, 0]);
        expect(await statuses(call(free, 3000))).toMatchObject({ invite: 200, bye: 200, endedByPbx: false });
        expect(await used("seconds")).toBeGreaterThanOrEqual(3);
        expect(await used("seconds")).toBeLessThan(10);
    });

    it("begins no more calls in a minute than it may; others do", async () => {
        const tries = Array.from({ length: 21 }, () => call("9999"));
        const all = await phone.exchange(tries);
        expect(all.map((messages) => statusOf(messages.at(-1)!))).toEqual([...tries.slice(1).map(() => 404), 480]);
        expect(headers(all.at(-1)!.at(-1)!, "Retry-After")).toEqual(["60"]);
        expect(await new FreePhone("1004", address, "udp").statuses([call("9999")])).toEqual([404]);
    });

    it("has its call ended by the PBX when the day is used up, and gets no other", async () => {
        await valkey("hset", `used:${account}`, "seconds", String(perDay - 4));
        expect(await statuses(call(free, 8000))).toMatchObject({ invite: 200, endedByPbx: true });
        expect(await used("seconds")).toBe(perDay);
        expect(await statuses(call(free))).toMatchObject({
            invite: 403,
            last: expect.stringContaining("Limit Of The Day") as string,
        });
    });

    it("gets no more time by a transfer, which makes the PBX begin anew with its call", async () => {
        await valkey("hset", `used:${account}`, "seconds", String(perDay - 12));
        const called = statuses(call(free, 17_000));
        const asterisk = (command: string) =>
            onVm("pbx-1", `sudo ${inContainer("asterisk", `asterisk -rx '${command}'`)}`);
        const channel = await waitFor(
            "the call at the PBX",
            async () => /^(\S+?)!from-proxy!\*98!/m.exec(await asterisk("core show channels concise"))?.[1],
            { deadlineMs: 10_000 },
        );
        await asterisk(`channel redirect ${channel} from-proxy,${free},1`);
        expect(await called).toMatchObject({ invite: 200, endedByPbx: true });
        expect(await used("seconds")).toBe(perDay);
    });

    it("that is stolen costs no more than its day, however it is used", async () => {
        const thief = () => statuses({ ...call(costly, 13_000), falseEnd: true });
        const all = await Promise.all([thief(), thief(), thief(), thief()]);
        // the first one took what the day has; it was ended after ten seconds, though its phone had said that it was over
        expect(all.map(({ invite }) => invite).sort()).toEqual([200, 403, 403, 403]);
        expect(all.filter(({ endedByPbx }) => endedByPbx)).toHaveLength(1);
        expect(await used("cost")).toBeGreaterThan(0.8);
        expect(await used("cost")).toBeLessThanOrEqual(1);
        await valkey("hset", `used:${account}`, "cost", "1");
        expect(await statuses(call(costly))).toMatchObject({ invite: 403 });
        expect(await statuses(call(free))).toMatchObject({ invite: 200 });
    });

    it("pays for a call whose end was never told what it may have lasted", async () => {
        const now = Number(await valkey("eval", "return redis.call('TIME')[1]", "0"));
        await valkey("hset", `calls:${account}`, "lost", `${now - 121} 120 0`);
        expect(await statuses(call(free))).toMatchObject({ invite: 200 });
        expect(await used("seconds")).toBeGreaterThanOrEqual(120);
        expect(await open()).toBe(0);
    });

    it("does not get through to a number that nobody may dial", async () => {
        expect(await statuses(call("0049123"))).toMatchObject({
            invite: 403,
            last: expect.stringContaining("Forbidden Number") as string,
        });
        expect(await open()).toBe(0);
    });
});
