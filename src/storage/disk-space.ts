/**
 * What becomes scarce first when a disk fills up, as shares of it that are free: merges need space
 * before they give any, new series are a promise of more, and what is received of known ones goes on
 * to the end.
 */
export const MIN_FREE_FOR_MERGES = 0.05;
export const MIN_FREE_FOR_NEW_SERIES = 0.02;
