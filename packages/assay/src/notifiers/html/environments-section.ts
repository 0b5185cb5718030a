import type { EnvironmentSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { formatDuration } from "../../units/readable.ts";
import { clipStart } from "../clip.ts";
import { factLabel } from "./fact-label.ts";
import { sharedFacts } from "./header-section.ts";
import { html, type Markup } from "./markup.ts";

const SERIAL_LENGTH = 16_000;

/** The machines of the run, with what could not be made first. Facts that all of them share stand in the header. */
export function environmentsSection(summary: RunSummary): Markup | undefined {
  if (summary.environments.length === 0) return undefined;
  const failed = summary.environments.filter(({ state }) => state === "failed");
  const shared = sharedFacts(summary.environments);
  const cases = casesPerEnvironment(summary);
  const rows = summary.environments.map((environment) => {
    const own = Object.entries(environment.facts).filter(([name]) => !Object.hasOwn(shared, name));
    return html`<tr><th scope="row">${environment.name}</th><td>${stateWord(environment)}</td><td class="number">${environment.deployMs === undefined ? "" : formatDuration(environment.deployMs)}</td><td class="number">${cases.get(environment.name) ?? 0}</td><td>${[...environment.nodes, ...own.map(([name, value]) => `${factLabel(name)}: ${value}`)].join(", ")}</td></tr>`;
  });
  return html`<section id="environments" aria-labelledby="environments-title"><h2 id="environments-title">Environments</h2>
${failed.map(failedEnvironment)}
<details class="fold"><summary>${summary.environments.length} ${summary.environments.length === 1 ? "environment" : "environments"}, deployed in ${deployRange(summary.environments)}</summary>
<div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">Deployed in</th><th scope="col">Cases</th><th scope="col">Nodes and facts</th></tr></thead><tbody>${rows}</tbody></table></div>
</details>
${stepsTable(summary)}</section>`;
}

function failedEnvironment(environment: EnvironmentSummary): Markup {
  const serial = environment.serialTail ?? "";
  return html`<div class="notice error"><p><b>${environment.name}</b>: ${environment.message ?? "failed"}</p>
${environment.help === undefined ? undefined : html`<p>${environment.help}</p>`}
${serial === "" ? undefined : html`<details class="fold"><summary>Last lines of the serial console</summary><pre tabindex="0">${clipStart(serial, SERIAL_LENGTH)}</pre></details>`}</div>`;
}

/** Steps that belong to the run as a whole: probing, building the image, booting the template. */
function stepsTable(summary: RunSummary): Markup | undefined {
  const steps = summary.progress.filter(({ environment }) => environment === undefined);
  if (steps.length === 0) return undefined;
  return html`<details class="fold"><summary>Preparation, ${steps.length} ${steps.length === 1 ? "step" : "steps"}</summary><div class="scroll"><table><thead><tr><th scope="col">Step</th><th scope="col">Took</th><th scope="col">Detail</th></tr></thead><tbody>${steps.map(
    ({ step, detail, elapsedMs }) =>
      html`<tr><th scope="row">${step}</th><td class="number">${elapsedMs === undefined ? "not finished" : formatDuration(elapsedMs)}</td><td>${detail ?? ""}</td></tr>`,
  )}</tbody></table></div></details>`;
}

function casesPerEnvironment(summary: RunSummary): Map<string, number> {
  const cases = new Map<string, number>();
  for (const { environment } of summary.results) {
    if (environment !== undefined) cases.set(environment, (cases.get(environment) ?? 0) + 1);
  }
  return cases;
}

const STATES: Readonly<Record<EnvironmentSummary["state"], string>> = {
  deploying: "never became ready",
  ready: "still there",
  failed: "failed",
  deleted: "deleted",
};
const stateWord = ({ state }: EnvironmentSummary): string => STATES[state];

function deployRange(environments: readonly EnvironmentSummary[]): string {
  const times = environments.flatMap(({ deployMs }) => (deployMs === undefined ? [] : [deployMs]));
  if (times.length === 0) return "no time: none became ready";
  const [least, most] = [formatDuration(Math.min(...times)), formatDuration(Math.max(...times))];
  return least === most ? least : `${least} to ${most}`;
}
