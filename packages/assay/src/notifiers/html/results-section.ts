import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { resultInstance } from "../../events/result-instance.ts";
import { formatDuration } from "../../units/readable.ts";
import { clipEnd, clipMiddle } from "../clip.ts";
import { printableLine } from "../printable.ts";
import { toldMessage } from "../told-message.ts";
import { icon } from "./icons.ts";
import { withPackedMessage } from "./long-messages.ts";
import { html, type Markup } from "./markup.ts";
import { type Look, lookOfResult } from "./status-words.ts";

/** Of a message in the body of its row. */
export const MESSAGE_LENGTH = 4000;
const LINE_LENGTH = 300;
/**
 * Rows are in batches of so many, which the browser lays out only when they come into view. A batch for each row would
 * be as lazy, but then it has ten thousand to watch.
 */
const ROWS_A_BATCH = 100;

/** Worst first: what needs a person stands on top. */
const ORDER: readonly Look["key"][] = ["failed", "unfinished", "attempted", "warned", "passed", "skipped"];

/** Results in the order the page shows them; a row's number is its index here. */
export const inReadingOrder = (results: readonly ResultSummary[]): readonly ResultSummary[] =>
  results.toSorted((a, b) => ORDER.indexOf(lookOfResult(a).key) - ORDER.indexOf(lookOfResult(b).key));

/** Filter, search and one `details` per result: readable and searchable without any script. */
export function resultsSection(summary: RunSummary, ordered: readonly ResultSummary[]): Markup {
  const planned = new Map(summary.results.map((result, index) => [result.resultId, index]));
  const packed = withPackedMessage(ordered);
  const rows = ordered.map((result, row) =>
    resultRow(result, row, planned.get(result.resultId) ?? row, packed.has(row)),
  );
  const batches = Array.from({ length: Math.ceil(rows.length / ROWS_A_BATCH) }, (_, batch) =>
    rows.slice(batch * ROWS_A_BATCH, (batch + 1) * ROWS_A_BATCH),
  );
  return html`<section id="results" aria-labelledby="results-title">
<div class="tools" id="tools" hidden>
<h2 id="results-title">Results</h2>
<div class="chips" role="group" aria-label="Filter by status">${chips(ordered)}</div>
<label class="search"><span class="hidden">Search results</span><input type="search" id="search" placeholder="Search" autocomplete="off" spellcheck="false"></label>
<label class="sort"><span>Sort by</span> <select id="sort"><option value="status">status</option><option value="plan">run order</option><option value="name">name</option><option value="duration">duration</option></select></label>
<p id="shown" class="muted" role="status"></p>
</div>
<div id="rows" class="rows${rows.length === 0 ? " none" : ""}">${batches.map((rows) => html`<div class="batch">${rows}</div>`)}</div>
<p id="nothing" class="muted" hidden>No result matches the filter. <button type="button" id="reset">Show all</button></p>
${ordered.length === 0 ? html`<p class="muted">The run had no cases to run.</p>` : undefined}
</section>`;
}

function chips(results: readonly ResultSummary[]): Markup[] {
  const counts = new Map<Look["key"], number>();
  for (const result of results) {
    const { key } = lookOfResult(result);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const words: Readonly<Record<Look["key"], string>> = {
    failed: "Failed",
    unfinished: "Not finished",
    attempted: "Attempted",
    warned: "Warning",
    passed: "Passed",
    skipped: "Skipped",
  };
  return [
    html`<button type="button" data-filter="all" aria-pressed="true">All <b>${results.length}</b></button>`,
    ...ORDER.filter((key) => counts.has(key)).map(
      (key) =>
        html`<button type="button" data-filter="${key}" aria-pressed="false">${icon(key)}${words[key]} <b>${counts.get(key) ?? 0}</b></button>`,
    ),
  ];
}

function resultRow(result: ResultSummary, row: number, planIndex: number, isPacked: boolean): Markup {
  const look = lookOfResult(result);
  const told = toldMessage(result);
  const line = clipEnd(printableLine(told), LINE_LENGTH);
  return html`<details id="r${row}" class="${look.key}" data-plan="${planIndex}" data-ms="${Math.round(result.durationMs)}"><summary class="bar"><span class="state">${look.word}</span><span class="name"><span class="suite">${result.suite}.</span>${result.case}${instanceOf(result)}${labelOf(result)}</span><span class="where">${result.environment ?? ""}</span><span class="took">${result.startedAt === undefined && result.durationMs === 0 ? "" : formatDuration(result.durationMs)}</span>${line === "" ? undefined : html`<span class="line">${line}</span>`}</summary><div class="body">${told === "" ? undefined : html`<p class="message">${isPacked ? line : clipMiddle(told, MESSAGE_LENGTH)}</p>`}</div>
</details>
`;
}

/** `flaky` or `broken`, for a case that was run more than once. */
const labelOf = ({ repetition }: ResultSummary): Markup | undefined =>
  repetition === undefined ? undefined : html` <span class="suite">${repetition.label}</span>`;

/** `#2` for the second result of a case that runs more than once, and the values of its combination. */
function instanceOf(result: ResultSummary): Markup | undefined {
  const instance = resultInstance(result);
  return instance === "" ? undefined : html` <span class="suite">${instance}</span>`;
}
