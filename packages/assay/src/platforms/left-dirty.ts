import { Skipped } from "../suite/outcomes.ts";

/** How platforms of given machines keep them. */
export interface KeepOptions {
  /** False takes machines that a case left dirty out for the rest of the run. */
  readonly reusesDirty?: boolean;
}

/** Why a case has no machine any more. */
export const leftDirty = (): Skipped =>
  new Skipped(
    "Every machine that fits was left dirty by a case, and the runbook wants none of these again (reuse_dirty_env: false).",
  );
