/** Options of `./voip bench`. */
export interface BenchOptions {
    stack: string;
    /** Concurrent calls of bench media. */
    calls?: number;
    /** False: bench up skips the run that builds every image, and uses the existing image cache. */
    cold?: boolean;
}
