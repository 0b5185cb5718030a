import { Script } from "node:vm";
import { translatePythonPattern } from "./python-pattern.ts";

/** One pattern over all names of the catalogue takes well under a millisecond; one that backtracks takes for ever. */
const MATCH_BUDGET_MS = 250;

interface CompiledPattern {
  readonly ok: true;
  /** The texts that the whole pattern matches, case ignored; undefined when matching takes longer than its budget. */
  match(texts: readonly string[]): readonly string[] | undefined;
}

interface RefusedPattern {
  readonly ok: false;
  /** A sentence that quotes the pattern. */
  readonly message: string;
  /** Index in the pattern where it goes wrong. */
  readonly offset: number;
}

/** True when a pattern is just a name, so that matching nothing can only be a mistake. */
export const isPlainName = (pattern: string): boolean => /^[\w-]+$/.test(pattern);

/** Compiles a Python regular expression of a runbook for full, case-insensitive matches. */
export function compilePattern(pattern: string): CompiledPattern | RefusedPattern {
  if (isPlainName(pattern)) {
    const wanted = pattern.toLowerCase();
    return { ok: true, match: (texts) => texts.filter((text) => text.toLowerCase() === wanted) };
  }
  const translated = translatePythonPattern(pattern);
  if (!translated.ok) {
    return {
      ok: false,
      message: `The regular expression '${pattern}' is wrong: ${translated.reason}.`,
      offset: translated.offset,
    };
  }
  try {
    const expression = new RegExp(`^(?:${translated.source})$`, `i${translated.flags}`);
    return { ok: true, match: (texts) => matchWithin(expression, texts) };
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message.replace(/^.*\/\w*: /, "") : String(error);
    return { ok: false, message: `The regular expression '${pattern}' is wrong: ${reason}.`, offset: 0 };
  }
}

/** JavaScript's engine backtracks and cannot be asked to stop, except from outside: a script with a time limit. */
function matchWithin(expression: RegExp, texts: readonly string[]): readonly string[] | undefined {
  const script = new Script(
    `${JSON.stringify(texts)}.filter((text) => new RegExp(${JSON.stringify(expression.source)}, ${JSON.stringify(expression.flags)}).test(text))`,
  );
  try {
    const found: unknown = script.runInNewContext(Object.create(null), { timeout: MATCH_BUDGET_MS });
    return Array.isArray(found) || isArrayLike(found) ? Array.from(found, String) : [];
  } catch (error) {
    // The error may be of the other context, so that it is no instance of our Error.
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}

/** Arrays of another context are no instances of ours. */
function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value;
}
