/** Seeds that have failed once, each with what was wrong. They are simulated first, for ever. */
export const FAILED_SEEDS: readonly number[] = [];
