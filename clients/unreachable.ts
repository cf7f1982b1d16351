/**
 * A server, or its machine, did not answer. Then its contents are unknown, neither gone nor changed: a refresh keeps the state,
 * with a warning.
 */
export class UnreachableError extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "UnreachableError";
    }
}
