/** What is done for a case beside running it. None of it changes a verdict. */
export interface Aftercare {
  /** How long nodes on which a case failed may take to tell how they are; 0 when they are not asked. */
  readonly diagnosticsMs: number;
  /**
   * Whether to look for what a case left behind. `auto`: where another case may use the environment, but not on the
   * machine assay runs on, where others start and write what they like.
   */
  readonly pollution: "auto" | "on" | "off";
  /** How many more times a failed case is run, each time on a fresh environment, to see how often it fails. */
  readonly repeatFailures: number;
}

export const DEFAULT_AFTERCARE: Aftercare = { diagnosticsMs: 20_000, pollution: "auto", repeatFailures: 0 };
