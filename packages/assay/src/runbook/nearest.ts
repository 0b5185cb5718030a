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
    if (candidate.length > LONGEST_NAME) continue;
    // A short word is 'near' every other short word; at least half of it must be right.
    const half = Math.floor(Math.max(name.length, candidate.length) / 2);
    // One that is no nearer than the last of those found changes nothing.
    const worst = near.length < count ? limit : (near.at(-1)?.distance ?? 0) - 1;
    const distance = editDistance(wanted, candidate.toLowerCase(), Math.min(limit, half, worst));
    if (distance === undefined) continue;
    const place = near.findIndex((other) => other.distance > distance);
    near.splice(place === -1 ? near.length : place, 0, { candidate, distance });
    if (near.length > count) near.pop();
    if (near.length === count && near.at(-1)?.distance === 0) break;
  }
  return near.map(({ candidate }) => candidate);
}

/** A `help` sentence for a name that does not exist. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(name, candidates);
  return candidate === undefined ? undefined : `Did you mean '${candidate}'?`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other; undefined when they
 * are more than `most`. Costs the length times `most`: cells farther than that from the diagonal are left out.
 */
export function editDistance(from: string, to: string, most: number): number | undefined {
  if (most < 0 || Math.abs(from.length - to.length) > most) return undefined;
  const beyond = most + 1;
  const width = to.length + 2;
  let beforeLast = new Uint8Array(width);
  let last = new Uint8Array(width);
  let current = new Uint8Array(width);
  for (let column = 0; column < width; column += 1) last[column] = Math.min(column, beyond);
  let lowestOfLast = 0;
  for (let row = 1; row <= from.length; row += 1) {
    const first = Math.max(1, row - most);
    const end = Math.min(to.length, row + most);
    current[first - 1] = first === 1 ? Math.min(row, beyond) : beyond;
    let lowest = current[first - 1] ?? beyond;
    for (let column = first; column <= end; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      let best = Math.min(
        (last[column] ?? beyond) + 1,
        (current[column - 1] ?? beyond) + 1,
        (last[column - 1] ?? beyond) + (isSame ? 0 : 1),
        beyond,
      );
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) best = Math.min(best, (beforeLast[column - 2] ?? beyond) + 1);
      current[column] = best;
      if (best < lowest) lowest = best;
    }
    current[end + 1] = beyond;
    // A swap reaches back two rows, so both must be too far.
    if (lowest > most && lowestOfLast > most) return undefined;
    lowestOfLast = lowest;
    [beforeLast, last, current] = [last, current, beforeLast];
  }
  const distance = last[to.length] ?? beyond;
  return distance <= most ? distance : undefined;
}
