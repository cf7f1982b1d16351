import { escapeIdentifier } from "pg";
import type { PostgresServer } from "../../../clients/postgres/server";
import type { Fields } from "../inputs";
import { objectType } from "../object";
import type { Properties, ResourceType } from "../plugin";

const fields: Fields = {
    role: { shape: "string", required: true, replaces: true },
    grantRole: { shape: "string", required: true, replaces: true },
    withAdminOption: { shape: "boolean", default: false, replaces: true },
};

const selectMembership = `SELECT bool_or(admin_option) AS admin FROM pg_auth_members
    WHERE member = (SELECT oid FROM pg_roles WHERE rolname = $1)
    AND roleid = (SELECT oid FROM pg_roles WHERE rolname = $2) HAVING count(*) > 0`;

const names = ({ role, grantRole }: Properties) => ({
    member: escapeIdentifier(role as string),
    granted: escapeIdentifier(grantRole as string),
});

/** postgresql:index/grantRole:GrantRole: membership of one role in another. */
export function grantRoleType(server: () => PostgresServer): ResourceType {
    const membership = async ({ role, grantRole }: Properties) => {
        const doing = `reading the membership of ${role as string} in ${grantRole as string}`;
        const [seen] = await server().query<{ admin: boolean }>(doing, selectMembership, [role, grantRole]);
        return seen as { admin: boolean } | undefined;
    };
    return objectType({
        fields,
        async create(inputs) {
            const { member, granted } = names(inputs);
            const option = inputs.withAdminOption ? " WITH ADMIN OPTION" : "";
            // a membership that is as wanted stays: the member may have granted it further, and then it can't be revoked
            if ((await membership(inputs))?.admin !== Boolean(inputs.withAdminOption)) {
                await server().change(`granting ${granted} to ${member}`, async (client) => {
                    await client.query(`REVOKE ${granted} FROM ${member}`);
                    await client.query(`GRANT ${granted} TO ${member}${option}`);
                });
            }
            return { id: [inputs.role, inputs.grantRole, inputs.withAdminOption].map(String).join("_") };
        },
        async read(_id, known) {
            const seen = await membership(known);
            return seen && { withAdminOption: seen.admin };
        },
        async delete(_id, outputs) {
            if (!(await membership(outputs))) return;
            const { member, granted } = names(outputs);
            await server().change(`revoking ${granted} from ${member}`, async (client) => {
                await client.query(`REVOKE ${granted} FROM ${member}`);
            });
        },
    });
}
