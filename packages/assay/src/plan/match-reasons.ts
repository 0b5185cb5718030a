import { checkEnvironment, type EnvironmentSpace } from "./space/environment.ts";
import { sentenceOf } from "./space/reason.ts";

/** Candidates that are told one by one; of more only the nearest and how many there are besides. */
const MOST_TOLD = 3;
/** Candidates among which the nearest are looked for, so that a message never costs more than the matching did. */
const MOST_COMPARED = 32;

/** Why none of `candidates` serves `requirement`, those that are nearest to it first. */
export function whyNoneFits(
  requirement: EnvironmentSpace,
  candidates: readonly (EnvironmentSpace & { readonly name: string })[],
): readonly string[] {
  if (candidates.length === 0) return ["There is no environment to run on."];
  const step = Math.ceil(candidates.length / MOST_COMPARED);
  const compared = candidates.filter((_, index) => index % step === 0);
  const lacking = compared.map((candidate) => {
    const assignment = checkEnvironment(requirement, candidate);
    const reasons = assignment.ok ? [] : assignment.reasons;
    return { name: candidate.name, reasons, distance: reasons.reduce((sum, { gap = 1 }) => sum + gap, 0) };
  });
  const told = lacking.toSorted((left, right) => left.distance - right.distance).slice(0, MOST_TOLD);
  const sentences = told.flatMap(({ name, reasons }) => reasons.map((reason) => sentenceOf(reason, name)));
  const rest = candidates.length - told.length;
  if (rest > 0)
    sentences.push(rest === 1 ? "The other one does not fit either." : `The ${rest} others do not fit either.`);
  return sentences;
}
