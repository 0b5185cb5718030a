import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { timelineOf } from "../../events/folds/timeline.ts";
import { environmentsSection } from "./environments-section.ts";
import { excludedSection } from "./excluded-section.ts";
import { headerSection } from "./header-section.ts";
import { ICON_DRAWINGS } from "./icons.ts";
import { html, jsonBlock, Markup } from "./markup.ts";
import { noticesSection } from "./notices-section.ts";
import type { PageAssets } from "./page-assets.ts";
import type { ResultDetail } from "./result-detail.ts";
import { resultsSection } from "./results-section.ts";
import { lookOfVerdict } from "./status-words.ts";
import { drawTimeline } from "./timeline-drawing.ts";
import { transformersSection } from "./transformers-section.ts";

/**
 * The report as one HTML document. `details[n]` belongs to `ordered[n]`. Pure.
 *
 * Nothing of the guest can run or load anything: text is escaped, and the policy admits only this style and this
 * script, by their hashes.
 */
export function renderPage(
  summary: RunSummary,
  ordered: readonly ResultSummary[],
  details: readonly ResultDetail[],
  assets: PageAssets & { readonly toRunFolder?: string },
): string {
  const rows = new Map(ordered.map((result, row) => [result.resultId, row]));
  const timeline = timelineOf(summary);
  const policy = `default-src 'none'; style-src ${hash(assets.style)}; script-src ${hash(assets.script)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = `${lookOfVerdict(summary.verdict).word}: ${summary.name || "assay run"}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(assets.style)}</style>
</head>
<body>
${ICON_DRAWINGS}
<main>
${headerSection(summary)}
${noticesSection(summary)}
${resultsSection(summary, ordered)}
${
  timeline.lanes.length === 0
    ? undefined
    : html`<section id="timeline" aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline</h2>${drawTimeline(timeline, (id) => rows.get(id))}</section>`
}
${environmentsSection(summary)}
${transformersSection(summary)}
${excludedSection(summary)}
</main>
<footer><p>Every fact here comes from <a href="${`./${posix.join(assets.toRunFolder ?? "", "journal.ndjson")}`}">journal.ndjson</a> and the case folders beside this file.</p>
<noscript><p>Without scripts this page shows verdict, results and messages; logs and commands are in the case folders.</p></noscript></footer>
${blocksOf(details).map(
  (
    block,
  ) => html`<script type="application/gzip" class="packed" data-rows="${ROWS_A_BLOCK}">${jsonBlock(block)}</script>
`,
)}<script>${new Markup(assets.script)}</script>
</body>
</html>
`.text;
}

/** Opening a row unpacks the details of so many: those of ten thousand rows together take most of a second. */
const ROWS_A_BLOCK = 250;

const blocksOf = (details: readonly ResultDetail[]): readonly (readonly ResultDetail[])[] =>
  Array.from({ length: Math.ceil(details.length / ROWS_A_BLOCK) }, (_, block) =>
    details.slice(block * ROWS_A_BLOCK, (block + 1) * ROWS_A_BLOCK),
  );

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
