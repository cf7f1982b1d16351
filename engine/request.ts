export type OperationKind = "preview" | "up" | "refresh" | "destroy";

/** The request of an operation, independent of the stack. */
export interface OperationRequest {
    kind: OperationKind;
    /** URNs; empty for all resources. */
    targets: string[];
    /** Steps at a time. */
    parallel: number;
    /** Directory of a policy pack that preview and up must comply with. */
    policyPack?: string;
}
