import { createHash } from "node:crypto";
import type { Client } from "pg";
import { inTransaction, withDatabase, type PostgresLogin } from "../clients/postgres/connection";

/** An extension in the databases: no password, but a hash that proves that a phone knows it. */
export interface Subscriber {
    /** User part of the address of record, and mailbox. */
    extension: string;
    /** MD5 of user:realm:password (RFC 2617, section 3.2.2.2); the realm is the SIP domain. */
    ha1: string;
    voicemailPin: string;
}

export const ha1 = (extension: string, sipDomain: string, password: string): string =>
    createHash("md5").update(`${extension}:${sipDomain}:${password}`).digest("hex");

const endpointColumns = {
    context: "from-proxy",
    disallow: "all",
    allow: "ulaw,alaw,g722",
    direct_media: "no",
    rtp_symmetric: "yes",
    force_rport: "yes",
    rewrite_contact: "yes",
    dtmf_mode: "rfc4733",
    timers: "yes",
    allow_subscribe: "no",
};

/** Inserts a row, or changes an existing one. */
async function upsert(client: Client, table: string, key: string[], row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`);
    const changes = names.filter((name) => !key.includes(name)).map((name) => `${name} = EXCLUDED.${name}`);
    await client.query(
        `INSERT INTO ${table} (${names.join(", ")}) VALUES (${places.join(", ")}) ` +
            `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${changes.join(", ")}`,
        Object.values(row),
    );
}

async function addToAsterisk(client: Client, sipDomain: string, subscriber: Subscriber): Promise<void> {
    const { extension: id, voicemailPin } = subscriber;
    const mailboxes = `${id}@default`;
    await upsert(client, "ps_aors", ["id"], { id, max_contacts: 1, remove_existing: "yes", mailboxes });
    await upsert(client, "ps_endpoints", ["id"], {
        id,
        aors: id,
        auth: id, // there is none: who calls the PBX as this endpoint, and not through a proxy, is refused
        ...endpointColumns,
        from_domain: sipDomain,
        callerid: `${id} <${id}>`,
        mailboxes,
    });
    await upsert(client, "voicemail", ["context", "mailbox"], {
        context: "default",
        mailbox: id,
        password: voicemailPin,
        fullname: id,
    });
}

/** Adds extensions, or changes existing ones. */
export async function addSubscribers(login: PostgresLogin, sipDomain: string, added: Subscriber[]): Promise<void> {
    await withDatabase(login, "asterisk", (client) =>
        inTransaction(client, async () => {
            for (const subscriber of added) await addToAsterisk(client, sipDomain, subscriber);
        }),
    );
    // last: an extension that can register has everything that its calls need
    await withDatabase(login, "kamailio", (client) =>
        inTransaction(client, async () => {
            for (const { extension, ha1: hash } of added) {
                const row = { username: extension, domain: sipDomain, ha1: hash };
                await upsert(client, "subscriber", ["username", "domain"], row);
            }
        }),
    );
}

/** Removes extensions and their registrations. @returns those that existed */
export async function removeSubscribers(
    login: PostgresLogin,
    sipDomain: string,
    extensions: string[],
): Promise<string[]> {
    const removed = await withDatabase(login, "kamailio", (client) =>
        inTransaction(client, async () => {
            await client.query("DELETE FROM location WHERE username = ANY($1)", [extensions]);
            const { rows } = await client.query<{ username: string }>(
                "DELETE FROM subscriber WHERE username = ANY($1) AND domain = $2 RETURNING username",
                [extensions, sipDomain],
            );
            return rows.map((row) => row.username);
        }),
    );
    await withDatabase(login, "asterisk", (client) =>
        inTransaction(client, async () => {
            for (const table of ["ps_endpoints", "ps_aors"]) {
                await client.query(`DELETE FROM ${table} WHERE id = ANY($1)`, [extensions]);
            }
            await client.query("DELETE FROM voicemail WHERE context = 'default' AND mailbox = ANY($1)", [extensions]);
        }),
    );
    return removed;
}

/** All extensions of the domain, with their hashes; those with incomplete rows are left out. */
export async function listSubscribers(login: PostgresLogin, sipDomain: string): Promise<Subscriber[]> {
    const accounts = await withDatabase(login, "kamailio", (client) =>
        client.query<{ extension: string; ha1: string }>(
            "SELECT username AS extension, ha1 FROM subscriber WHERE domain = $1 ORDER BY username",
            [sipDomain],
        ),
    );
    const { rows: boxes } = await withDatabase(login, "asterisk", (client) =>
        client.query<{ extension: string; voicemailPin: string }>(
            `SELECT e.id AS extension, v.password AS "voicemailPin" FROM ps_endpoints e JOIN ps_aors o ON o.id = e.aors
            JOIN voicemail v ON v.mailbox = e.id AND v.context = 'default' WHERE e.from_domain = $1`,
            [sipDomain],
        ),
    );
    return accounts.rows.flatMap(({ extension, ha1: hash }) =>
        boxes.filter((box) => box.extension === extension).map((box) => ({ ...box, ha1: hash })),
    );
}
