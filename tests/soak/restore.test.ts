import * as fs from "node:fs";
import * as path from "node:path";
import type { Comparison } from "../../cli/backup/counts";
import type { Count, Part } from "../../cli/backup/manifest";
import { secondsOfTone } from "../audio/tone";
import { asSuperuser, askVault } from "../stack/core";
import { recorded, testPhones } from "../stack/phones";
import { broughtUp, forgetBroughtUp, outputs } from "../stack/platform";
import { stack, testRoot } from "../stack/environment";
import { tracesOf } from "../stack/traces";
import { voip, voipFails, voipJson } from "../stack/voip";

interface Backup {
    parts: Part[];
    counts: Count[];
}

const dir = path.join(testRoot, "backup");
/** Added by hand: no configuration brings it back. */
const extension = "1988";
const toneHz = 810;

/** What phones and callers depend on. */
const contents = async () => ({
    accounts: await asSuperuser("SELECT username, ha1 FROM subscriber ORDER BY username", "kamailio"),
    ca: (await askVault([{ method: "GET", path: "secret/data/ca" }]))[0].answer?.data?.data,
    extensions: (await outputs()).extensions,
});

/** A call that nobody answers: bob's phone is off. */
async function leaveMessage(): Promise<void> {
    const [alice, bob] = await testPhones();
    await bob.register();
    await bob.unregister();
    await alice.call("uac-invite", bob.user, { tone: toneHz, talkMs: 20_000, timeoutSeconds: 90 });
}

/** Seconds of the tone in what bob hears in his box. */
async function heardInBox(): Promise<number> {
    const [, bob] = await testPhones();
    const pin = (await outputs()).extensions[bob.user].voicemailPin;
    const listen = () => bob.call("uac-voicemail", "*98", { keys: { pin }, talkMs: 25_000, timeoutSeconds: 90 });
    return secondsOfTone(bob.heard(await recorded(listen)).samples, toneHz);
}

beforeAll(() => broughtUp());
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

test("a platform that was backed up and lost comes back with accounts, secrets and voicemail, and calls work", async () => {
    await voip(["extension", "--stack", stack, "add", extension]);
    await leaveMessage();
    const before = await contents();
    expect(before.ca).toMatchObject({ certificates: expect.stringContaining("BEGIN CERTIFICATE") as string });

    fs.rmSync(dir, { recursive: true, force: true });
    const { parts, counts } = await voipJson<Backup>("backup", "--to", dir);
    expect(parts.map(({ name }) => name).sort()).toEqual(["openbao", "postgres", "ssh", "state", "voicemail-pbx-1"]);
    const { length } = before.accounts;
    expect(counts).toContainEqual({ name: "accounts", least: length, most: length });
    const messages = counts.find(({ name }) => name === "voicemail messages on pbx-1");
    expect(messages?.least).toBeGreaterThan(0);
    const refused = await voipFails(["restore", "--stack", stack, "--from", dir]);
    expect(refused.stderr).toContain(`stack ${stack} exists, and a restore needs a place without it`);

    await voipJson("destroy", "--yes");
    forgetBroughtUp();
    expect(await tracesOf(stack)).toEqual([]);
    const { counts: compared } = await voipJson<{ counts: Comparison["rows"] }>("restore", "--from", dir);
    expect(compared.map(({ name, same }) => [name, same])).toEqual(counts.map(({ name }) => [name, true]));

    expect(await broughtUp()).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    expect(await contents()).toEqual(before);
    const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "3");
    expect(call).toMatchObject({ answered: true });
    expect(await heardInBox()).toBeGreaterThan(3);
});
