/** Longer names are not compared: nobody mistypes them, and the table would grow with their product. */
const LONGEST_NAME = 100;

/**
 * The candidate a person most likely meant by `name`: smallest Damerau-Levenshtein distance (case ignored), at most
 * max(2, length / 3). Undefined when nothing is near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  return nearestSome(name, candidates, 1)[0];
}

/** Up to `count` near candidates, nearest first; equals keep the order of `candidates`. */
export function nearestSome(name: string, candidates: Iterable<string>, count: number): readonly string[] {
  if (name.length > LONGEST_NAME) return [];
  const limit = Math.max(2, Math.floor(name.length / 3));
  const wanted = name.toLowerCase();
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - name.length) > limit || candidate.length > LONGEST_NAME) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    // A short word is 'near' every other short word; at least half of it must be right.
    if (distance <= limit && distance * 2 <= Math.max(name.length, candidate.length))
      near.push({ candidate, distance });
  }
  return near
    .sort((left, right) => left.distance - right.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** A `help` sentence for a name that does not exist. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(name, candidates);
  return candidate === undefined ? undefined : `Did you mean '${candidate}'?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
