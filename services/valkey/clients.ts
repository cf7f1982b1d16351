/** A client of Valkey, with its own ACL user (https://valkey.io/topics/acl/). */
export interface ValkeyClient {
    /** Of the user; its password is in `secret/valkey/NAME`. */
    name: string;
    /** What it may do, as ACL rules. */
    rules: readonly string[];
}

/** All clients: each may access its own keys, with the commands that it needs. */
export const clients: readonly ValkeyClient[] = [
    {
        name: "kamailio",
        // what it counts, and the commands of services/kamailio/scripts
        rules: [
            "resetkeys",
            ...["~failed:*", "~bans", "~calls:*", "~used:*", "~begun:*"],
            "resetchannels",
            "-@all",
            ...["+ping", "+eval", "+time", "+incr", "+expire", "+expireat"],
            ...["+hget", "+hset", "+hdel", "+hgetall", "+hincrby", "+hincrbyfloat"],
            ...["+zadd", "+zrange", "+zremrangebyscore"],
        ],
    },
    {
        name: "exporter",
        // what the exporter's documentation requires, without access to keys (redis_exporter, README, "Authenticating")
        rules: [
            "resetkeys",
            "-@all",
            ...[
                "+ping",
                "+info",
                "+config|get",
                "+latency|latest",
                "+latency|histogram",
                "+slowlog|get",
                "+slowlog|len",
            ],
            "+client|setname",
        ],
    },
];

export const secretOf = (client: string): string => `valkey/${client}`;
