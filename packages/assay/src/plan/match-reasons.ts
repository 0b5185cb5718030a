import { checkEnvironment, type EnvironmentSpace } from "./space/environment.ts";
import { sentenceOf } from "./space/reason.ts";

/** Candidates that are told one by one; of more only the nearest and how many there are besides. */
const MOST_TOLD = 3;
/** Candidates among which the nearest are looked for, so that a message never costs more than the matching did. */
const MOST_COMPARED = 100;

/** Why none of `candidates` serves `requirement`, those that lack least first. */
export function whyNoneFits(
  requirement: EnvironmentSpace,
  candidates: readonly (EnvironmentSpace & { readonly name: string })[],
): readonly string[] {
  if (candidates.length === 0) return ["There is no environment to run on."];
  const lacking = candidates.slice(0, MOST_COMPARED).map((candidate) => {
    const assignment = checkEnvironment(requirement, candidate);
    return assignment.ok ? [] : assignment.reasons.map((reason) => sentenceOf(reason, candidate.name));
  });
  const told = lacking.toSorted((left, right) => left.length - right.length).slice(0, MOST_TOLD);
  const sentences = [...new Set(told.flat())];
  const rest = candidates.length - told.length;
  if (rest > 0) sentences.push(rest === 1 ? "One more does not fit either." : `The ${rest} others do not fit either.`);
  return sentences;
}
