const BEFORE = 40;
const LENGTH = 160;

/** Two texts cut to the part where they begin to differ, so that both fit a line. */
export function aroundDifference(one = "", other = ""): readonly [string, string] {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const from = Math.max(one.length, other.length) <= LENGTH ? 0 : Math.max(0, same - BEFORE);
  return [part(one, from), part(other, from)];
}

function part(text: string, from: number): string {
  const shown = text.slice(from, from + LENGTH).replaceAll("\n", "⏎");
  return `${from > 0 ? "…" : ""}${shown}${from + LENGTH < text.length ? "…" : ""}`;
}
