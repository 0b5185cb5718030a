import { UsageError } from "../../errors/catalogue.ts";
import type { RunInputs } from "../../events/types.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PastRun } from "../../run/resume/past-run.ts";
import { nameInEnvironment, splitArgument } from "../../runbook/variables/overrides.ts";

/** Results that are named; more are counted. */
const NAMED = 3;

/** The changes, when the run may go on with them. Throws UsageError that tells them when it may not. */
export function accepted(
  changes: readonly string[],
  { past, acceptsChanges }: { readonly past: PastRun; readonly acceptsChanges: boolean },
): readonly string[] {
  if (changes.length === 0) return changes;
  if (!acceptsChanges) {
    throw new UsageError(`What the run is asked for has changed.\n${changes.map((each) => `  ${each}`).join("\n")}`, {
      help: "Undo that, or go on with --accept-changes: final results stand, everything else is as asked for now.",
    });
  }
  past.forgetBesidesResults();
  return changes;
}

/** What a run that goes on is asked for otherwise than before, a sentence each. Values of variables are not told. */
export function changedInputs(then: RunInputs, now: RunInputs): readonly string[] {
  const changes: string[] = [];
  if (then.folder !== now.folder) changes.push(`It was started in '${then.folder}', not in '${now.folder}'.`);
  for (const [name, digest] of Object.entries(then.files)) {
    const found = now.files[name];
    if (found === undefined) changes.push(`The runbook file '${name}' is not read any more.`);
    else if (found !== digest) changes.push(`The runbook file '${name}' was changed.`);
  }
  for (const name of Object.keys(now.files)) {
    if (then.files[name] === undefined) changes.push(`The runbook file '${name}' was not read before.`);
  }
  const before = valuesOf(then);
  const after = valuesOf(now);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(name) !== after.get(name)) changes.push(`The variable '${name}' has another value.`);
  }
  return changes;
}

/** Results that the plan has and the run did not have, or the other way round. */
export function changedPlan(
  past: PastRun,
  { entries, excluded }: Plan,
  mask: (text: string) => string,
): readonly string[] {
  const now = new Set([...entries, ...excluded].map(({ resultId }) => mask(resultId)));
  const added = [...now].filter((resultId) => !past.planned.has(resultId));
  const gone = [...past.planned.keys()].filter((resultId) => !now.has(resultId));
  return [
    ...(added.length > 0 ? [`${named(added)} ${added.length === 1 ? "was" : "were"} not asked for before.`] : []),
    ...(gone.length > 0 ? [`${named(gone)} ${gone.length === 1 ? "is" : "are"} not asked for any more.`] : []),
  ];
}

/** By lower-case name; what stands later in the order of ranks wins. */
function valuesOf({ variables, environment, secrets }: RunInputs): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [key, text] of Object.entries(environment)) {
    const name = nameInEnvironment(key)?.name.toLowerCase();
    if (name !== undefined) values.set(name, text);
  }
  for (const argument of variables) {
    const given = splitArgument(argument);
    if (given !== undefined) values.set(given.name.toLowerCase(), given.text);
  }
  // Whether a secret is the same cannot be told.
  for (const name of secrets) values.set(name, "");
  return values;
}

function named(resultIds: readonly string[]): string {
  const left = resultIds.length - NAMED;
  const names = resultIds.slice(0, NAMED).map((resultId) => `'${resultId}'`);
  return left > 0 ? `${names.join(", ")} and ${left} more results` : names.join(", ");
}
