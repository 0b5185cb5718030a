import type { Diagnostic, Position } from "./types.ts";
import type { LocatedValue } from "./value.ts";

/** More than this help nobody; the rest is counted. */
const MOST_REPORTED = 100;
/** More are not even kept. */
const MOST_KEPT = 1000;

/** Stands where a value comes from the command line or the environment and so has no place in a file. */
export const OUTSIDE_FILES: Position = { file: "", line: 0, column: 0 };

interface Extra {
  /** A function is asked only while few enough problems are known that somebody will read it. */
  readonly help?: string | undefined | (() => string | undefined);
  readonly blocksRun?: boolean;
}

/** Collects everything that is wrong, so that one pass reports all of it. */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();
  /** Where each file was included first. */
  readonly #includedFrom: Map<string, Position>;

  #dropped = 0;
  #hasErrors = false;

  /** Problems of a part; `whole` tells through which files it came. */
  constructor(whole?: Problems) {
    this.#includedFrom = whole === undefined ? new Map() : whole.#includedFrom;
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** Adds everything that was found in a part. */
  addAll(part: Problems): void {
    this.#hasErrors ||= part.#hasErrors;
    this.#dropped += part.#dropped;
    for (const [key, diagnostic] of part.#found) this.#keep(key, diagnostic);
    for (const [file, place] of part.#includedFrom) {
      if (!this.#includedFrom.has(file)) this.#includedFrom.set(file, place);
    }
  }

  /** Remembers where a file was included, for the trail of everything found in it. */
  noteInclude(file: string, from: Position): void {
    if (!this.#includedFrom.has(file)) this.#includedFrom.set(file, from);
  }

  /** Adds an error at a place, or at a value (whose trail is then told too). */
  error(code: string, message: string, at: Position | LocatedValue | undefined, extra: Extra = {}): void {
    this.#add("error", code, message, at, extra);
  }

  warning(code: string, message: string, at: Position | LocatedValue | undefined, extra: Extra = {}): void {
    this.#add("warning", code, message, at, extra);
  }

  /** The runbook is right, but asks for what this version cannot carry out: a plan tells it, a run refuses it. */
  missing(message: string, at: Position | LocatedValue | undefined, extra: Extra = {}): void {
    this.#add("warning", "N01", message, at, { ...extra, blocksRun: true });
  }

  info(code: string, message: string, at: Position | LocatedValue | undefined, extra: Extra = {}): void {
    this.#add("info", code, message, at, extra);
  }

  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  /** In file order of `files` (first read first), then by line and column; problems without a place come first. */
  list(files: Iterable<string>): readonly Diagnostic[] {
    const sorted = inFileOrder([...this.#found.values()], files, (diagnostic) => diagnostic).map((diagnostic) =>
      this.#withIncludes(diagnostic),
    );
    if (sorted.length <= MOST_REPORTED) return sorted;
    // Errors first when cutting, or a flood of warnings would hide why the runbook is refused.
    const kept = new Set(
      [...sorted].sort((left, right) => rankOfSeverity(left) - rankOfSeverity(right)).slice(0, MOST_REPORTED),
    );
    const rest: Diagnostic = {
      severity: this.#hasErrors ? "error" : "warning",
      code: "F10",
      message: `${sorted.length - MOST_REPORTED + this.#dropped} more problems are not shown.`,
      position: undefined,
    };
    return [...sorted.filter((diagnostic) => kept.has(diagnostic)), rest];
  }

  #add(
    severity: Diagnostic["severity"],
    code: string,
    message: string,
    at: Position | LocatedValue | undefined,
    extra: Extra,
  ): void {
    if (severity === "error") this.#hasErrors = true;
    if (this.#found.size >= MOST_KEPT) {
      // Counted without looking at it: a hostile file can have one per line.
      this.#dropped += 1;
      return;
    }
    const place = at !== undefined && "kind" in at ? at.position : at;
    const position = place === OUTSIDE_FILES ? undefined : place;
    const trail = (at !== undefined && "kind" in at ? at.trail : undefined) ?? [];
    const help = typeof extra.help === "function" ? this.#helpFrom(extra.help) : extra.help;
    const diagnostic: Diagnostic = {
      severity,
      code,
      message,
      position,
      ...(help === undefined ? {} : { help }),
      ...(trail.length === 0 ? {} : { trail }),
      ...(extra.blocksRun === true ? { blocksRun: true } : {}),
      ...(at !== undefined && "kind" in at && at.isSecret === true ? { isSecret: true } : {}),
    };
    this.#keep(keyOf(diagnostic), diagnostic);
  }

  /** Looking for near names takes time, and so much may be wrong that nobody will read the rest. */
  #helpFrom(help: () => string | undefined): string | undefined {
    return this.#found.size > MOST_REPORTED ? undefined : help();
  }

  /** Through which variables and includes a value came, for problems that are found after the load. */
  trailOf({ trail = [], position }: LocatedValue): readonly string[] {
    return [...trail, ...this.#includesOf(position.file)];
  }

  #withIncludes(diagnostic: Diagnostic): Diagnostic {
    const includes = diagnostic.position === undefined ? [] : this.#includesOf(diagnostic.position.file);
    return includes.length === 0 ? diagnostic : { ...diagnostic, trail: [...(diagnostic.trail ?? []), ...includes] };
  }

  /** From a file up to the runbook itself. */
  #includesOf(file: string): readonly string[] {
    const steps = new Map<string, string>();
    for (let from = this.#includedFrom.get(file); from !== undefined; from = this.#includedFrom.get(from.file)) {
      // A file that includes itself through others ends its own trail.
      if (steps.has(from.file)) break;
      steps.set(from.file, `included from ${placeText(from)}`);
    }
    return [...steps.values()];
  }

  #keep(key: string, diagnostic: Diagnostic): void {
    if (this.#found.has(key) || this.#found.size < MOST_KEPT) this.#found.set(key, diagnostic);
    else this.#dropped += 1;
  }
}

/** `file:line:column`, as editors and terminals turn into links. */
export const placeText = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** The same value can be looked at twice (early for includes, later for good); it is reported once. */
function keyOf({ code, message, position }: Diagnostic): string {
  return `${position?.file}:${position?.line}:${position?.column}:${code}:${message}`;
}

const SEVERITIES = ["error", "warning", "info"] as const satisfies readonly Diagnostic["severity"][];

const rankOfSeverity = ({ severity }: Diagnostic): number => SEVERITIES.indexOf(severity);

/** By file in the order of `files`, then by line and column; what has no place comes first. Stable. */
export function inFileOrder<T>(
  items: readonly T[],
  files: Iterable<string>,
  diagnosticOf: (item: T) => Diagnostic,
): readonly T[] {
  const rank = new Map([...files].map((file, index) => [file, index]));
  const place = ({ position }: Diagnostic): readonly number[] =>
    position === undefined ? [-1, 0, 0] : [rank.get(position.file) ?? rank.size, position.line, position.column];
  return items
    .map((item) => ({ item, place: place(diagnosticOf(item)) }))
    .sort((left, right) => comparePlaces(left.place, right.place))
    .map(({ item }) => item);
}

function comparePlaces(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < left.length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
