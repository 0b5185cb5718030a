/** Shortens text to about `limit` characters by cutting out its middle; says how much is gone. A quarter of what is kept is the beginning. */
export function clipMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.floor(limit / 4);
  const cut = text.length - limit;
  return `${text.slice(0, head)}\n… ${cut} characters cut …\n${text.slice(head + cut)}`;
}

/** The end of text, at most `limit` characters, beginning at a line when one begins in reach. */
export function clipStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const tail = text.slice(text.length - limit);
  const lineStart = tail.indexOf("\n") + 1;
  const kept = lineStart > 0 && lineStart < limit / 4 ? tail.slice(lineStart) : tail;
  return `… ${text.length - kept.length} characters cut …\n${kept}`;
}

/** The beginning of text, at most `limit` characters, with an ellipsis when something is missing. */
export const clipEnd = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`;
