import type { ResultSummary } from "../../events/folds/run-summary.ts";
import type { ResultStatus, Verdict } from "../../events/types.ts";
import { html, type Markup } from "./markup.ts";

/** How a state looks: its word, and the key of its icon and colour. */
export interface Look {
  readonly key: "passed" | "warned" | "failed" | "skipped" | "attempted" | "unfinished";
  readonly word: string;
}

const LOOKS: Readonly<Record<ResultStatus, Look>> = {
  PASSED: { key: "passed", word: "Passed" },
  FAILED: { key: "failed", word: "Failed" },
  SKIPPED: { key: "skipped", word: "Skipped" },
  ATTEMPTED: { key: "attempted", word: "Attempted" },
  RUNNING: { key: "unfinished", word: "Not finished" },
  ASSIGNED: { key: "unfinished", word: "Not started" },
  QUEUED: { key: "unfinished", word: "Not started" },
};

export const lookOfStatus = (status: ResultStatus): Look => LOOKS[status];

export const lookOfResult = (result: ResultSummary): Look =>
  result.status === "PASSED" && result.warning !== undefined ? { key: "warned", word: "Passed" } : LOOKS[result.status];

const VERDICTS: Readonly<Record<Verdict, Look>> = {
  passed: { key: "passed", word: "Passed" },
  failed: { key: "failed", word: "Failed" },
  invalid: { key: "failed", word: "Invalid" },
  "machinery-failed": { key: "failed", word: "Machinery failed" },
  interrupted: { key: "unfinished", word: "Interrupted" },
};

/** A run without a verdict goes on, or was killed. */
export const lookOfVerdict = (verdict: Verdict | undefined): Look =>
  verdict === undefined ? { key: "unfinished", word: "Unfinished" } : VERDICTS[verdict];

export const icon = (key: Look["key"]): Markup =>
  html`<svg class="icon ${key}" aria-hidden="true"><use href="#icon-${key}"/></svg>`;

/** The drawings that `icon` refers to; once per page. Shapes differ, so that colour is never the only sign. */
export const ICON_DRAWINGS: Markup = html`<svg class="drawings" aria-hidden="true"><defs>
<symbol id="icon-passed" viewBox="0 0 16 16"><path d="M3 8.5 6.5 12 13 4.5"/></symbol>
<symbol id="icon-warned" viewBox="0 0 16 16"><path d="M8 2 14.5 13.5h-13zM8 6.5v3M8 11.4v.1"/></symbol>
<symbol id="icon-failed" viewBox="0 0 16 16"><path d="M4 4l8 8M12 4l-8 8"/></symbol>
<symbol id="icon-skipped" viewBox="0 0 16 16"><path d="M3 4l5 4-5 4M9 4l5 4-5 4"/></symbol>
<symbol id="icon-attempted" viewBox="0 0 16 16"><path d="M2.5 9.5c2-4 4-4 5.5-1.5s3.5 2.5 5.5-1.5"/></symbol>
<symbol id="icon-unfinished" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5" stroke-dasharray="3 2.5"/></symbol>
</defs></svg>`;
