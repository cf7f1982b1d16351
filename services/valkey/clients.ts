/** A client of Valkey, with an ACL user of its own (https://valkey.io/topics/acl/). */
export interface ValkeyClient {
    /** Of the user; its password is in `secret/valkey/NAME`. */
    name: string;
    /** What it may do, as ACL rules. */
    rules: readonly string[];
}

/** All clients: each may touch its own keys, by the commands that it needs. */
export const clients: readonly ValkeyClient[] = [
    {
        name: "kamailio",
        rules: ["resetkeys", "~failed:*", "resetchannels", "-@all", "+ping", "+eval", "+incr", "+expire"],
    },
    {
        name: "exporter",
        // what the exporter's documentation asks for, without the keys themselves (redis_exporter, README, "Authenticating")
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
