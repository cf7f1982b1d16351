/** An address that proxies take nothing from. */
export interface Ban {
    address: string;
    reason: string;
    /** Seconds since 1970. */
    until: number;
    /** The proxies that keep it; they share it within five seconds. */
    proxies: string[];
}

/** From `kamcmd htable.dump banned`: the name is an address, the value its reason and end (configs/kamailio/limits.cfg). */
export function parseProxyBans(text: string, proxy: string): Ban[] {
    const found = text.matchAll(/name: (\S+)\s+value: (\w+) (\d+)/g);
    return [...found].map(([, address, reason, until]) => ({
        address,
        reason,
        until: Number(until),
        proxies: [proxy],
    }));
}

/** From `zrange bans 0 -1 withscores`: a line `ADDRESS REASON`, and one with its end. */
export function parseSharedBans(text: string): Ban[] {
    const found = text.matchAll(/^(\S+) (\w+)\n(\d+)$/gm);
    return [...found].map(([, address, reason, until]) => ({ address, reason, until: Number(until), proxies: [] }));
}

/** One for each address and reason, with the last end, by address. Those that ended are left out. @param now seconds since 1970 */
export function mergeBans(bans: Ban[], now: number): Ban[] {
    const merged = new Map<string, Ban>();
    for (const ban of bans.filter(({ until }) => until > now)) {
        const key = `${ban.address} ${ban.reason}`;
        const before = merged.get(key) ?? { ...ban, proxies: [] };
        merged.set(key, {
            ...ban,
            until: Math.max(before.until, ban.until),
            proxies: [...new Set([...before.proxies, ...ban.proxies])].sort(),
        });
    }
    return [...merged.values()].sort((one, other) => one.address.localeCompare(other.address, "en", { numeric: true }));
}
