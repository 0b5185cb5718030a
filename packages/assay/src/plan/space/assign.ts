/**
 * Gives each of `wanted` a place of its own among `held` that `fits`, or undefined when that cannot be. Augmenting paths:
 * at most wanted² × held calls of `fits`; recursion is no deeper than `wanted`.
 */
export function assignNodes(
  wanted: number,
  held: number,
  fits: (from: number, to: number) => boolean,
): readonly number[] | undefined {
  const takenBy = new Map<number, number>();
  const place = (from: number, seen: Set<number>): boolean => {
    for (let to = 0; to < held; to++) {
      if (seen.has(to) || !fits(from, to)) continue;
      seen.add(to);
      const holder = takenBy.get(to);
      if (holder === undefined || place(holder, seen)) {
        takenBy.set(to, from);
        return true;
      }
    }
    return false;
  };
  for (let from = 0; from < wanted; from++) {
    if (!place(from, new Set())) return undefined;
  }
  const places = new Map([...takenBy].map(([to, from]) => [from, to]));
  return Array.from({ length: wanted }, (_, from) => places.get(from) ?? from);
}
