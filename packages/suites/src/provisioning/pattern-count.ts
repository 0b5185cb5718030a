/** Characters that make upstream read the pattern as a regular expression. */
const REGEX_CHARACTERS = /[.*+?[\]{}()^$|\\]/;

/**
 * How often `pattern` occurs in `text`: as a multi-line regular expression when it looks like one and is valid, else as
 * it is.
 */
export function countOccurrences(pattern: string, text: string): number {
  const compiled = REGEX_CHARACTERS.test(pattern) ? compile(pattern) : undefined;
  return compiled === undefined ? text.split(pattern).length - 1 : [...text.matchAll(compiled)].length;
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "gm");
  } catch {
    return undefined;
  }
}
