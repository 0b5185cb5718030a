/** One import of a file. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `types` loads nothing, `lazy` loads when it is reached, `loads` loads with the file. */
  readonly kind: "types" | "lazy" | "loads";
}

const STATEMENT = /^(?:import|export)\s+(?:(type)\s+)?(?:([\w$*{}\s,]*?)\s*from\s*)?"([^"\n]+)"/gm;
const CALL = /\bimport\(\s*"([^"\n]+)"/g;
const COMMENT_LINE = /^\s*(?:\/\/|\*|\/\*)/;
/** `typeof import("x")` and `import("x").Name` after a colon are types; only an awaited or returned call loads. */
const TYPE_POSITION = /(?:typeof|[:<|&])\s*$/;

const namesTypesOnly = (clause: string): boolean => {
  const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
  if (names === undefined) return false;
  const parts = names
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
};

/** The imports of `source`. Reads formatted code: statements start their line, as the formatter leaves them. */
export function importsOf(source: string): readonly Import[] {
  const lineOf = (index: number): number => source.slice(0, index).split("\n").length;
  const found: Import[] = [];
  for (const match of source.matchAll(STATEMENT)) {
    const [, type, clause = "", specifier] = match;
    if (specifier === undefined) continue;
    const kind = type !== undefined || namesTypesOnly(clause) ? "types" : "loads";
    found.push({ specifier, line: lineOf(match.index), kind });
  }
  for (const match of source.matchAll(CALL)) {
    const before = source.slice(source.lastIndexOf("\n", match.index) + 1, match.index);
    const [, specifier] = match;
    if (specifier === undefined || COMMENT_LINE.test(before)) continue;
    found.push({ specifier, line: lineOf(match.index), kind: TYPE_POSITION.test(before) ? "types" : "lazy" });
  }
  return found.sort((left, right) => left.line - right.line);
}
