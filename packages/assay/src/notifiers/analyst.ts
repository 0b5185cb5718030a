import type { ResultIdentity } from "../events/types.ts";

/** A case that failed, for those who read its evidence. */
export interface FailedCase extends ResultIdentity {
  readonly message: string;
  /** Path of the case's folder; undefined when the case never began. */
  readonly folder: string | undefined;
  /** Takes the secrets of the run out of a text. */
  readonly mask: (text: string) => string;
}

/**
 * Reads the evidence of failed cases and says what it makes of it, while the run goes on. It changes no verdict; what it
 * throws is told as the reason why there is no analysis.
 */
export interface Analyst {
  /** As results name it, such as `AI`. */
  readonly by: string;
  analyse(failed: FailedCase, signal: AbortSignal): Promise<string>;
}
