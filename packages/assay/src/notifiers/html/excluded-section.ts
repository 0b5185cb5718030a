import type { RunSummary } from "../../events/folds/run-summary.ts";
import { html, type Markup } from "./markup.ts";

/** Cases that were not part of the run, gathered by the reason why. */
export function excludedSection(summary: RunSummary): Markup | undefined {
  if (summary.excluded.length === 0) return undefined;
  const byReason = Map.groupBy(summary.excluded, ({ reason }) => reason);
  const groups = [...byReason].toSorted(([, a], [, b]) => b.length - a.length);
  return html`<section id="not-run" aria-labelledby="not-run-title"><h2 id="not-run-title">Not run</h2>
${groups.map(
  ([reason, cases]) =>
    html`<details class="fold"><summary>${cases.length} ${cases.length === 1 ? "case" : "cases"}: ${reason}</summary><ul class="names">${cases.map((excluded) => html`<li>${excluded.suite}.${excluded.case}</li>`)}</ul></details>`,
)}</section>`;
}
