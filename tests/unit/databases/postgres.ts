interface Query {
    sql: string;
    values?: unknown[];
}

/** Stands in for the package pg: notes down connections and queries, and answers these with rows. */
export class FakePostgres {
    /** Options of each connection. */
    connections: Record<string, unknown>[] = [];
    /** In order: `connect`, the queries, `end`; of connections of a pool also `release`, with `true` where it is not to be used again. */
    done: (string | Query)[] = [];
    private answers: [RegExp, object[] | Error | (() => object[])][] = [];

    /** What queries that match are answered, or a connection is (`connect`); later answers come before earlier ones. */
    answer(pattern: RegExp, answer: object[] | Error | (() => object[])): void {
        this.answers.unshift([pattern, answer]);
    }

    reset(): void {
        [this.connections, this.done, this.answers] = [[], [], []];
    }

    queries(): Query[] {
        return this.done.filter((each) => typeof each !== "string");
    }

    private async does(what: string | Query): Promise<object[]> {
        this.done.push(what);
        const text = typeof what === "string" ? what : what.sql;
        const answer = this.answers.find(([pattern]) => pattern.test(text))?.[1] ?? [];
        if (answer instanceof Error) throw answer;
        return typeof answer === "function" ? answer() : answer;
    }

    private client(release?: (broken?: boolean) => void) {
        return {
            on: () => undefined,
            connect: () => this.does("connect"),
            query: async (sql: string, values?: unknown[]) => ({
                rows: await this.does({ sql: sql.replace(/\s+/g, " "), ...(values && { values }) }),
            }),
            end: () => this.does("end"),
            ...(release && { release }),
        };
    }

    /** What the package exports, as far as it is used. */
    module() {
        const Client = (options: Record<string, unknown>) => {
            this.connections.push(options);
            return this.client();
        };
        const Pool = (options: Record<string, unknown>) => {
            this.connections.push(options);
            const connect = async () => {
                await this.does("connect");
                return this.client((broken) => void this.done.push(broken ? "release true" : "release"));
            };
            return { on: () => undefined, connect, end: () => this.does("end") };
        };
        // functions that return objects may be called with new
        return {
            Client: function (options: Record<string, unknown>) {
                return Client(options);
            },
            Pool: function (options: Record<string, unknown>) {
                return Pool(options);
            },
            escapeIdentifier: (name: string) => `"${name}"`,
        };
    }
}

/** An error as pg throws it. */
export const refusal = (message: string, more: { code?: string; detail?: string; hint?: string } = {}): Error =>
    Object.assign(new Error(message), more);
