import { escapeIdentifier, type ClientBase } from "pg";

/** Since version 16 the creator of a role is a member of it, but without its privileges, and can't act as it. */
const acting = `SELECT pg_has_role(current_user, $1, 'USAGE') AND pg_has_role(current_user, $1,
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS acts`;

/**
 * Runs `work` while the connected user is a member of `role`. Unless it is a superuser, it must be one to grant something to
 * that role or to act as it.
 */
export async function asMemberOf(client: ClientBase, role: string, work: () => Promise<void>): Promise<void> {
    const { rows } = await client.query<{ acts: boolean }>(acting, [role]);
    if (rows[0].acts) return work();
    const name = escapeIdentifier(role);
    await client.query(`GRANT ${name} TO CURRENT_USER`);
    await work();
    await client.query(`REVOKE ${name} FROM CURRENT_USER`);
}
