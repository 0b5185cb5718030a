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
  if (!text.includes("$(")) return references;
  let offset = 0;
  // Line by line, so that no search looks further than it has to; a search for the next line's end beside the others
  // is moved into the loop by the engine's optimizer and then reads a long text once for each reference.
  for (const line of text.split("\n")) {
    addReferences(line, offset, references);
    offset += line.length + 1;
  }
  return references;
}

function addReferences(line: string, offset: number, references: Reference[]): void {
  let start = line.indexOf("$(");
  while (start !== -1) {
    const close = line.indexOf(")", start + 3);
    if (close === -1) return;
    references.push({ name: line.slice(start + 2, close), start: offset + start, end: offset + close + 1 });
    start = line.indexOf("$(", close + 1);
  }
}
