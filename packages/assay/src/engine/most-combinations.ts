/** Combinations that are looked at; more are counted. */
export const MOST_COMBINATIONS = 10_000;
