/**
 * A server, or the machine that it runs on, did not answer. Nothing is known then of what it holds, which is neither gone nor
 * changed: a refresh keeps what the state says, with a warning.
 */
export class UnreachableError extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "UnreachableError";
    }
}
