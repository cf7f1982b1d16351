import type { PostgresLogin } from "../../clients/postgres/connection";
import { cdrPolicies, ensureCdrPolicies, type CdrPolicies } from "../../databases/cdr-policies";
import { changed, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { loginProperties, loginRules } from "../postgres-login";

interface Outputs extends PostgresLogin, CdrPolicies {}

export const provider: DynamicProvider<PostgresLogin, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, loginRules) };
    },
    async diff(_id, olds, news) {
        const updates = changed(olds, news, [...loginProperties]);
        // the edition may have changed, or a policy may have been removed, since the last read
        const lacking = olds.license === "timescale" && olds.retention !== "policy";
        return { changes: updates.length > 0 || lacking };
    },
    async create(inputs) {
        return { id: "cdr", outs: { ...inputs, ...(await ensureCdrPolicies(inputs)) } };
    },
    async read(id, props) {
        const { host, port, user, password, caFile } = props;
        const inputs = { host, port, user, password, caFile };
        try {
            return { id, props: { ...inputs, ...(await cdrPolicies(inputs)) }, inputs };
        } catch (error) {
            console.error(`${(error as Error).message}; the policies of CDRs are taken to be as they were`);
            return { id, props, inputs };
        }
    },
    async update(_id, _olds, news) {
        return { outs: { ...news, ...(await ensureCdrPolicies(news)) } };
    },
    async delete() {
        // Policies are removed with the table.
    },
};
