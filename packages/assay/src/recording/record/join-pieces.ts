import type { RawEntry } from "./recorder.ts";

/** A console brings a text in pieces of a few bytes; nobody can tell pieces apart that come this close. */
const CLOSE_MS = 20;

/**
 * Joins pieces of text that a feature called back one right after the other, with nothing else in between. The joined
 * piece comes when its last one came. A boot would be tens of thousands of lines otherwise.
 */
export function joinPieces(entries: readonly RawEntry[]): readonly RawEntry[] {
  const joined: RawEntry[] = [];
  let first: RawEntry | undefined;
  for (const entry of entries) {
    const before = joined.at(-1);
    const text = textOf(entry);
    const textBefore = before && textOf(before);
    if (
      first !== undefined &&
      text !== undefined &&
      textBefore !== undefined &&
      entry.data.id === first.data.id &&
      entry.data.position === first.data.position &&
      entry.at - first.at <= CLOSE_MS
    ) {
      joined[joined.length - 1] = { ...entry, data: { ...entry.data, args: [textBefore + text] } };
    } else {
      first = text === undefined ? undefined : entry;
      joined.push(entry);
    }
  }
  return joined;
}

/** What was called back when it is one text. */
function textOf({ kind, data }: RawEntry): string | undefined {
  if (kind !== "callback" || !Array.isArray(data.args) || data.args.length !== 1) return undefined;
  const [text] = data.args as readonly unknown[];
  return typeof text === "string" ? text : undefined;
}
