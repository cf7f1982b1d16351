import type { Client } from "pg";
import { withDatabase, type PostgresLogin } from "../clients/postgres/connection";

/** Days that CDRs are kept, and days until they are compressed (ADR-007). */
export const retentionDays = 90;
export const compressionDays = 7;

export interface CdrPolicies {
    /** `timescaledb.license`: timescale (the community edition) or apache. */
    license: string;
    /** What drops old CDRs: a policy of TimescaleDB, or a schedule outside of it (`drop_chunks`). */
    retention: "policy" | "scheduled";
}

async function policiesOf(client: Client): Promise<{ license: string; policies: string[] }> {
    const { rows } = await client.query<{ license: string }>(
        "SELECT current_setting('timescaledb.license') AS license",
    );
    const jobs = await client.query<{ proc_name: string }>(
        "SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_name = 'cdr'",
    );
    return { license: rows[0].license, policies: jobs.rows.map((job) => job.proc_name) };
}

const answer = ({ license, policies }: { license: string; policies: string[] }): CdrPolicies => ({
    license,
    retention: policies.includes("policy_retention") ? "policy" : "scheduled",
});

/** What the server does automatically with old CDRs. */
export const cdrPolicies = (login: PostgresLogin): Promise<CdrPolicies> =>
    withDatabase(login, "cdr", async (client) => answer(await policiesOf(client)));

/**
 * Makes the server drop and compress old CDRs, if its licence allows that: the Apache edition of TimescaleDB refuses policies
 * and compression (https://docs.timescale.com/about/latest/timescaledb-editions/).
 */
export function ensureCdrPolicies(login: PostgresLogin): Promise<CdrPolicies> {
    return withDatabase(login, "cdr", async (client) => {
        const { license } = await policiesOf(client);
        if (license === "timescale") {
            await client.query(
                "ALTER TABLE cdr SET (timescaledb.compress, timescaledb.compress_orderby = 'time DESC')",
            );
            await client.query(
                "SELECT add_compression_policy('cdr', make_interval(days => $1), if_not_exists => true)",
                [compressionDays],
            );
            await client.query("SELECT add_retention_policy('cdr', make_interval(days => $1), if_not_exists => true)", [
                retentionDays,
            ]);
        }
        return answer(await policiesOf(client));
    });
}
