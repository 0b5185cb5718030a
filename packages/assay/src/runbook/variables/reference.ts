/** A `$(name)` in a text. */
export interface Reference {
  readonly name: string;
  /** Index of the `$`. */
  readonly start: number;
  /** Index after the `)`. */
  readonly end: number;
}

/**
 * All references of a text, in order: `$(`, one or more characters up to the first `)` on the same line. There is no
 * escaping and no nesting. Takes time linear in the text, which a backtracking pattern would not.
 */
export function findReferences(text: string): readonly Reference[] {
  const references: Reference[] = [];
  let start = text.indexOf("$(");
  // Looked for again only when passed, or a long line with many references would be read once for each.
  let newline = text.indexOf("\n");
  while (start !== -1) {
    const close = text.indexOf(")", start + 3);
    if (close === -1) break;
    if (newline !== -1 && newline < start) newline = text.indexOf("\n", start);
    if (newline !== -1 && newline < close) {
      start = text.indexOf("$(", newline);
      continue;
    }
    references.push({ name: text.slice(start + 2, close), start, end: close + 1 });
    start = text.indexOf("$(", close + 1);
  }
  return references;
}
