import type { RunSummary, TransformerSummary } from "../../events/folds/run-summary.ts";
import { formatDuration } from "../../units/readable.ts";
import { clipEnd } from "../clip.ts";
import { html, type Markup } from "./markup.ts";

const VALUE_LENGTH = 400;

/** What ran before and after the cases, with what failed first. */
export function transformersSection({ transformers }: RunSummary): Markup | undefined {
  if (transformers.length === 0) return undefined;
  const failed = transformers.filter(({ message }) => message !== "");
  return html`<section id="transformers" aria-labelledby="transformers-title"><h2 id="transformers-title">Transformers</h2>
${failed.map(({ transformer, message }) => html`<div class="notice error"><p><b>${transformer}</b>: ${message}</p></div>`)}
<details class="fold"><summary>${transformers.length} ${transformers.length === 1 ? "step" : "steps"} before and after the cases</summary>
<div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">Phase</th><th scope="col">Took</th><th scope="col">Where</th><th scope="col">Outputs</th></tr></thead><tbody>${transformers.map(row)}</tbody></table></div>
</details></section>`;
}

function row(step: TransformerSummary): Markup {
  const where = [
    ...Object.entries(step.combination ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(step.environment === undefined ? [] : [step.environment]),
    ...(step.node === undefined ? [] : [step.node]),
  ];
  const outputs = Object.entries(step.outputs).map(([name, value]) => `${name}: ${clipEnd(value, VALUE_LENGTH)}`);
  const took = step.elapsedMs === undefined ? "not finished" : formatDuration(step.elapsedMs);
  return html`<tr><th scope="row">${step.transformer}</th><td>${step.phase}</td><td class="number">${took}</td><td>${where.join(", ")}</td><td>${outputs.join(", ")}</td></tr>`;
}
