/** What is done for a case beside running it. None of it changes a verdict. */
export interface Aftercare {
  /** How long nodes on which a case failed may take to tell how they are; 0 when they are not asked. */
  readonly diagnosticsMs: number;
}

export const DEFAULT_AFTERCARE: Aftercare = { diagnosticsMs: 20_000 };
