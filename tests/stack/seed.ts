/** The seed of what a run of tests chooses at random: VOIP_TEST_SEED, or another one each time. */
export const seed = Number(process.env.VOIP_TEST_SEED ?? Date.now() % 1_000_000);

/** Every n-th of a list, from one on that the seed chooses: n runs with seeds in a row take each once. */
export const everyNth = <T>(list: readonly T[], n: number): T[] => list.filter((_, index) => index % n === seed % n);
