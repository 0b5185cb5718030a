import type { EnvironmentSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { formatDuration, formatTime } from "../../units/readable.ts";
import { factLabel } from "./fact-label.ts";
import { icon } from "./icons.ts";
import { html, type Markup } from "./markup.ts";
import { type Look, lookOfVerdict } from "./status-words.ts";

/** The top of the page: verdict, reason, counts and what was tested on what. */
export function headerSection(summary: RunSummary): Markup {
  const look = lookOfVerdict(summary.verdict);
  return html`<header class="${look.key}">
<p class="run">${summary.name || "Run"} <span class="muted">${summary.run}</span></p>
<h1>${icon(look.key)}${look.word}</h1>
<p class="reason">${reasonOf(summary)}</p>
${countsBar(summary)}
<dl class="facts">${headerFacts(summary).map(([label, value]) => html`<div><dt>${factLabel(label)}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

export const reasonOf = (summary: RunSummary): string => {
  if (summary.verdict !== undefined || summary.reason !== "") return summary.reason;
  const last = summary.lastEventAt === undefined ? "" : ` Its journal ends at ${formatTime(summary.lastEventAt)}.`;
  return `The run has not come to its end: it is still going on, or it was killed.${last}`;
};

/** A line of coloured stretches as long as the shares of the states, and the same in words. */
function countsBar(summary: RunSummary): Markup {
  const { counts, unfinished } = summary;
  const parts: [Look["key"], string, number][] = [
    ["failed", "failed", counts.failed],
    ["attempted", "attempted", counts.attempted],
    ["unfinished", "not finished", unfinished],
    ["passed", "passed", counts.passed],
    ["skipped", "skipped", counts.skipped],
  ];
  const total = Math.max(1, summary.results.length);
  let from = 0;
  const bars = parts.map(([key, , count]) => {
    const bar = html`<rect class="${key}" x="${(from * 100) / total}%" width="${(count * 100) / total}%" height="6"/>`;
    from += count;
    return count === 0 ? undefined : bar;
  });
  const words = parts
    .filter(([, , count]) => count > 0)
    .map(([key, word, count]) => html`<li class="${key}"><b>${count}</b> ${word}</li>`);
  const warned = summary.results.filter((result) => result.warning !== undefined).length;
  return html`<svg class="shares" height="6" aria-hidden="true">${bars}</svg>
<ul class="counts">${words}${warned > 0 ? html`<li class="warned"><b>${warned}</b> with a warning</li>` : undefined}</ul>`;
}

function headerFacts(summary: RunSummary): [string, string][] {
  const facts: [string, string | undefined][] = [
    ["Platform", summary.platform],
    ...Object.entries(sharedFacts(summary.environments)),
    ["Started", summary.startedAt === undefined ? undefined : formatTime(summary.startedAt)],
    ["Took", formatDuration(summary.elapsedMs)],
    ["Runbook", summary.runbook],
    ["Host", hostLine(summary.host)],
    ["Exit code", summary.exitCode === undefined ? undefined : String(summary.exitCode)],
    ["assay", summary.version],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
}

/** Values that say nothing alone, such as a number of cores, keep their name. */
const hostLine = (host: Readonly<Record<string, string>>): string =>
  Object.entries(host)
    .map(([name, value]) => (/^\d/.test(value) ? `${name} ${value}` : value))
    .join(", ");

/** Facts that are the same on every environment that came up: they describe the run. */
export function sharedFacts(environments: readonly EnvironmentSummary[]): Record<string, string> {
  const ready = environments.filter(({ readyAt }) => readyAt !== undefined);
  const [first] = ready;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first.facts).filter(([name, value]) => ready.every(({ facts }) => facts[name] === value)),
  );
}
