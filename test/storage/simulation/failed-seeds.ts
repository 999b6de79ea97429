/** Seeds that have failed once, each with what was wrong. They are simulated first, for ever. */
export const FAILED_SEEDS: readonly number[] = [
  // A stretch that only the last bucket of an answer reached was read in buckets longer than that.
  207_624,
];
