/** What `./voip bench` is told. */
export interface BenchOptions {
    stack: string;
    /** Concurrent calls of bench media. */
    calls?: number;
    /** False: bench up leaves out the run that builds every image, and uses the image cache there is. */
    cold?: boolean;
}
