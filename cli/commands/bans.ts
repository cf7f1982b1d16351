import { isIPv4 } from "node:net";
import type { PlatformOutputs } from "../../contract";
import { inContainer } from "../../services/container";
import { mergeBans, parseProxyBans, parseSharedBans, type Ban } from "../bans/bans";
import { inWords } from "../durations";
import { platformOutputs } from "../platform/outputs";
import { valkeyOf } from "../platform/valkey";
import { onVm } from "../platform/vm";
import { table } from "../render/table";
import { Failure, messageOf, type Result } from "../result";

const actions = ["list", "remove"] as const;

interface Asked {
    bans: Ban[];
    /** Who did not answer, with the reason. */
    silent: string[];
}

const proxiesOf = (outputs: PlatformOutputs): string[] =>
    outputs.services.filter(({ name }) => name === "kamailio").map(({ vm }) => vm);

const shares = (outputs: PlatformOutputs): boolean => outputs.services.some(({ name }) => name === "valkey");

const kamcmd = (command: string): string => `sudo ${inContainer("kamailio", `kamcmd ${command}`)}`;

/** What each one says; one that does not answer hides nothing of the others. */
async function ask(questions: Record<string, () => Promise<Ban[]>>): Promise<Asked> {
    const asked: Asked = { bans: [], silent: [] };
    await Promise.all(
        Object.entries(questions).map(async ([name, question]) => {
            try {
                asked.bans.push(...(await question()));
            } catch (error) {
                asked.silent.push(`${name}: ${messageOf(error).split("\n")[0]}`);
            }
        }),
    );
    return asked;
}

function everywhere(stack: string, outputs: PlatformOutputs): Promise<Asked> {
    const ofProxy = (vm: string) => async () =>
        parseProxyBans(await onVm(stack, outputs, vm, kamcmd("htable.dump banned"), { timeoutMs: 60_000 }), vm);
    const shared = async () => parseSharedBans(await valkeyOf(stack, "zrange", "bans", "0", "-1", "withscores"));
    return ask({
        ...Object.fromEntries(proxiesOf(outputs).map((vm) => [vm, ofProxy(vm)])),
        ...(shares(outputs) ? { valkey: shared } : {}),
    });
}

/** Valkey first: a proxy would take it over from there again. */
async function remove(stack: string, outputs: PlatformOutputs, bans: Ban[]): Promise<string[]> {
    const [{ address }] = bans;
    const shared = async () => {
        await valkeyOf(stack, "zrem", "bans", ...bans.map(({ reason }) => `${address} ${reason}`));
        await valkeyOf(stack, "del", `failed:${address}`);
        return [];
    };
    const ofProxy = (vm: string) => async () => {
        const commands = ["banned", "failed"].map((kept) => kamcmd(`htable.delete ${kept} s:${address}`));
        await onVm(stack, outputs, vm, commands.join("; "), { timeoutMs: 60_000 });
        return [];
    };
    const first = shares(outputs) ? await ask({ valkey: shared }) : { silent: [] };
    const then = await ask(Object.fromEntries(proxiesOf(outputs).map((vm) => [vm, ofProxy(vm)])));
    return [...first.silent, ...then.silent];
}

function checked(operands: string[]): { action: (typeof actions)[number]; address?: string } {
    const [said, address] = operands as [string, string | undefined];
    const action = actions.find((each) => each === said);
    const refuse = (message: string): Failure => new Failure(message, { status: 2 });
    if (!action) throw refuse(`bans ${said}: allowed are ${actions.join(", ")}`);
    if (action === "list") return { action };
    if (!address) throw refuse("bans remove: which one? Add its address");
    if (!isIPv4(address)) throw refuse(`bans remove ${address}: allowed is an IPv4 address such as 192.0.2.7`);
    return { action, address };
}

function shown(bans: Ban[], now: number): string {
    if (bans.length === 0) return "nobody is banned";
    const rows = bans.map(({ address, reason, until, proxies }) => [
        address,
        reason,
        inWords((until - now) * 1000),
        proxies.join(", ") || "none yet",
    ]);
    return table(["address", "reason", "ends in", "proxies"], rows);
}

/** Lists the addresses that the proxies have banned, or ends a ban. @throws Failure with the fault of the request */
export async function bans({ stack }: { stack: string }, operands: string[]): Promise<Result> {
    const { action, address } = checked(operands);
    const outputs = await platformOutputs(stack);
    const { bans: found, silent } = await everywhere(stack, outputs);
    const now = Math.floor(Date.now() / 1000);
    const all = mergeBans(found, now);
    if (action === "list") {
        const text = [shown(all, now), ...silent.map((each) => `no answer from ${each}`)].join("\n");
        return { facts: { bans: all, silent }, text };
    }
    const those = all.filter((ban) => ban.address === address);
    if (those.length === 0) {
        const where = silent.length > 0 ? `, as far as is known; no answer from ${silent.join("; ")}` : "";
        throw new Failure(`bans remove ${address}: it is not banned${where}`);
    }
    const failed = await remove(stack, outputs, those);
    if (failed.length > 0) throw new Failure(`the ban of ${address} may go on: no answer from ${failed.join("; ")}`);
    return { facts: { removed: those }, text: `${address} is no longer banned` };
}
