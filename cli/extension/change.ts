import { randomInt } from "node:crypto";
import { inContainer } from "../../services/container";
import type { PostgresLogin } from "../../clients/postgres/connection";
import { ssh } from "../../clients/ssh";
import { addSubscribers, ha1, listSubscribers, removeSubscribers } from "../../subscribers/subscribers";

export interface ExtensionJob {
    action: "add" | "remove" | "list";
    /** The extension to add or remove. */
    extension?: string;
    login: PostgresLogin;
    sipDomain: string;
    sshConfig: string;
    /** VMs with Kamailio, and with Asterisk. */
    proxies: string[];
    pbxs: string[];
}

export interface ExtensionReport {
    extensions: string[];
    /** What a phone needs for the added extension; it is stored nowhere. */
    added?: { password: string; voicemailPin: string };
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const randomText = (length: number, alphabet: string): string =>
    Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

/** Makes the services drop what they hold in memory of an extension: account, registration, endpoint. */
async function forget({ sshConfig, proxies, pbxs }: ExtensionJob, extension: string): Promise<void> {
    // an extension that is not in memory needs no dropping
    const onProxy = ["htable.delete account", "ul.rm location"]
        .map((command) => `sudo ${inContainer("kamailio", `kamcmd ${command} s:${extension}`)} || true`)
        .join("\n");
    const onPbx = ["endpoint", "aor"]
        .map((type) => `asterisk -rx 'sorcery memory cache expire res_pjsip/${type} ${extension}'`)
        .map((command) => `sudo ${inContainer("asterisk", command)}`)
        .join("\n");
    await Promise.all([
        ...proxies.map((host) => ssh({ sshConfig, host }, onProxy)),
        ...pbxs.map((host) => ssh({ sshConfig, host }, onPbx)),
    ]);
}

/** Makes the proxies read all accounts anew. One that can't be told does so within a minute, and asks a new phone once more. */
async function take({ sshConfig, proxies }: ExtensionJob): Promise<void> {
    const command = `sudo ${inContainer("kamailio", "kamcmd htable.reload account")}`;
    await Promise.allSettled(proxies.map((host) => ssh({ sshConfig, host }, command)));
}

async function add(job: ExtensionJob, extension: string): Promise<ExtensionReport["added"]> {
    const { login, sipDomain } = job;
    const password = randomText(24, letters);
    const voicemailPin = randomText(6, "0123456789");
    await addSubscribers(login, sipDomain, [{ extension, ha1: ha1(extension, sipDomain, password), voicemailPin }]);
    await take(job);
    return { password, voicemailPin };
}

/**
 * Changes the extensions of a running platform, and returns the resulting list.
 * @throws Error if an extension to add exists, or one to remove does not
 */
export async function changeExtensions(job: ExtensionJob): Promise<ExtensionReport> {
    const { action, login, sipDomain, extension = "" } = job;
    const list = async (): Promise<string[]> =>
        (await listSubscribers(login, sipDomain)).map((subscriber) => subscriber.extension);
    const there = await list();
    if (action === "add") {
        if (there.includes(extension)) {
            throw new Error(`extension ${extension} is there already: remove it first, or choose another number`);
        }
        return { added: await add(job, extension), extensions: await list() };
    }
    if (action === "remove") {
        const removed = await removeSubscribers(login, sipDomain, [extension]);
        await forget(job, extension);
        if (!removed.length) {
            throw new Error(`there is no extension ${extension}: there are ${there.join(", ") || "none"}`);
        }
        return { extensions: await list() };
    }
    return { extensions: there };
}
