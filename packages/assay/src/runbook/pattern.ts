import { type Context, createContext, Script } from "node:vm";
import { translatePythonPattern } from "./python-pattern.ts";
import { shortened } from "./value.ts";

/** One pattern over all names of the catalogue takes well under a millisecond; one that backtracks takes for ever. */
const MATCH_BUDGET_MS = 250;
/** Patterns of one runbook that may use up their budget; the others are not tried any more. */
const MOST_SLOW = 4;
/** Characters; an alternative of every case name there is would have about 5,000. */
const LONGEST_PATTERN = 10_000;

interface CompiledPattern {
  readonly ok: true;
  /**
   * The texts that the whole pattern matches, case ignored; undefined when matching takes longer than its budget or
   * needs more room than the engine gives, or when other patterns have used up `budget`.
   */
  match(texts: readonly string[], budget?: PatternBudget): readonly string[] | undefined;
}

/** What all patterns of one runbook may cost together. */
export class PatternBudget {
  #slow = 0;

  get isUsedUp(): boolean {
    return this.#slow >= MOST_SLOW;
  }

  noteSlow(): void {
    this.#slow += 1;
  }
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
  if (pattern.length > LONGEST_PATTERN) {
    const message = `The regular expression '${shortened(pattern)}' is too long: ${pattern.length} characters, at most ${LONGEST_PATTERN} are read.`;
    return { ok: false, message, offset: LONGEST_PATTERN };
  }
  const translated = translatePythonPattern(pattern);
  if (!translated.ok) {
    return {
      ok: false,
      message: `The regular expression '${shortened(pattern)}' is wrong: ${translated.reason}.`,
      offset: translated.offset,
    };
  }
  try {
    const expression = new RegExp(`^(?:${translated.source})$`, `i${translated.flags}`);
    const isQuick = cannotExplode(expression.source);
    return {
      ok: true,
      match(texts, budget = new PatternBudget()) {
        if (isQuick) return texts.filter((text) => expression.test(text));
        const found = budget.isUsedUp ? undefined : matchWithin(expression, texts);
        if (found === undefined) budget.noteSlow();
        return found;
      },
    };
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message.replace(/^.*\/\w*: /, "") : String(error);
    return { ok: false, message: `The regular expression '${shortened(pattern)}' is wrong: ${reason}.`, offset: 0 };
  }
}

/** Without repeated groups and with two repetitions at most, backtracking takes the square of a name's length. */
const cannotExplode = (source: string): boolean =>
  !/\)[*+?{]|\{/.test(source) && source.replaceAll("(?", "(").replaceAll(/[^*+?]/g, "").length <= 2;

let context: Context | undefined;
const script = new Script("texts.filter((text) => new RegExp(source, flags).test(text))");

/** JavaScript's engine backtracks and cannot be asked to stop, except from outside: a script with a time limit. */
function matchWithin({ source, flags }: RegExp, texts: readonly string[]): readonly string[] | undefined {
  // One context for all: making one takes a millisecond, and only the engine's own code runs in it.
  context ??= createContext(Object.create(null));
  Object.assign(context, { source, flags, texts });
  try {
    const found: unknown = script.runInContext(context, { timeout: MATCH_BUDGET_MS });
    return Array.isArray(found) ? found : [];
  } catch (error) {
    // The error may be of the other context, so that it is no instance of our Error.
    const { code, name } =
      typeof error === "object" && error !== null ? (error as { code?: string; name?: string }) : {};
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT" || name === "SyntaxError" || name === "RangeError") return undefined;
    throw error;
  }
}
