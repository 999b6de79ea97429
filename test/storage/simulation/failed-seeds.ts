/** Seeds that have failed once, each with what was wrong. They are simulated first, for ever. */
export const FAILED_SEEDS: readonly number[] = [
  // A stretch that only the last bucket of an answer reached was read in buckets longer than that.
  207_624,
  // A power cut left line ends in the place of a line of the manifest.
  40_001_616,
  // The last bucket reached into a plan of which only longer ones were left: the check was wrong.
  40_003_540,
];
