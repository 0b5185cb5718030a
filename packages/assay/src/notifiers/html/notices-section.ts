import type { RunSummary } from "../../events/folds/run-summary.ts";
import { html, type Markup } from "./markup.ts";

/** What assay itself had to say during the run. */
export function noticesSection(summary: RunSummary): Markup | undefined {
  if (summary.notices.length === 0) return undefined;
  return html`<section id="notices" aria-label="Notices">${summary.notices.map(
    ({ level, text, help }) =>
      html`<div class="notice ${level}"><p>${text}</p>${help === undefined ? undefined : html`<p>${help}</p>`}</div>`,
  )}</section>`;
}
