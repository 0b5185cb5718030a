import { didYouMean } from "../nearest.ts";
import { type Problems, placeText } from "../problems.ts";
import { brokenValue, type LocatedValue, listValue, mappingValue, type ScalarValue } from "../value.ts";
import { convertToTypeOf } from "./convert.ts";
import type { Definition } from "./definitions.ts";
import type { Override } from "./overrides.ts";
import { findReferences } from "./reference.ts";
import { substitute } from "./substitute.ts";
import type { VariableTrace } from "./trace.ts";

/** A chain of variables longer than this is no runbook; the bound keeps resolution off the end of the stack. */
const LONGEST_CHAIN = 100;
/** Steps of a chain that are told with their places. */
const LONGEST_TOLD = 10;
/** Likewise for the levels of all values of a chain together, which are walked inside each other. */
const MOST_LEVELS = 1000;

interface Options {
  /** Lowest rank first; the last definition of a name wins. */
  readonly definitions: readonly Definition[];
  /** A set of the same definitions, and what gives the set that lends the value of a variable (lower case), if one does. */
  readonly base?: { readonly set: VariableSet; readonly lender: (key: string) => VariableSet | undefined };
  readonly overrides: ReadonlyMap<string, Override>;
  readonly problems: Problems;
  /** Reads `[a, b]` or `{a: b}` given as text for a list or mapping variable. */
  readonly parseFlow: (text: string) => LocatedValue | undefined;
  /** Hears of every reference that is replaced. */
  readonly trace?: VariableTrace | undefined;
}

/** One place that gives a variable a value. */
export interface VariableSource {
  /** Who gave it from outside; undefined for a value that stands in a file. */
  readonly giver: string | undefined;
  /** As given: references are not replaced, texts are not converted. */
  readonly value: LocatedValue;
}

/** The variables of a runbook. Each is resolved once, when it is first asked for; values from outside come before all. */
export class VariableSet {
  readonly #options: Options;
  readonly #definitions: Map<string, Definition[]>;
  readonly #resolved = new Map<string, LocatedValue>();
  /** Names being resolved, outermost first; meeting one again is a cycle. */
  readonly #resolving: string[] = [];
  #levels = 0;
  #hintDepth = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#definitions = options.base === undefined ? new Map() : options.base.set.#definitions;
    if (options.base !== undefined) return;
    for (const definition of options.definitions) {
      const name = definition.name.toLowerCase();
      const list = this.#definitions.get(name);
      if (list === undefined) this.#definitions.set(name, [definition]);
      else list.push(definition);
    }
  }

  /** Names as they were spelled, in order of first definition. */
  get names(): readonly string[] {
    const defined = [...this.#definitions.values()].map((list) => list.at(-1)?.name ?? "");
    const outside = [...this.#options.overrides].filter(([name]) => !this.#definitions.has(name));
    return [...defined, ...outside.map(([, override]) => override.name)];
  }

  /** The value of a variable, case ignored; undefined when it is not defined, a broken value when it cannot be resolved. */
  lookup(name: string): LocatedValue | undefined {
    const key = name.toLowerCase();
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const lender = this.#options.base?.lender(key);
    if (lender !== undefined) return lender.lookup(key);
    const definitions = this.#definitions.get(key) ?? [];
    const override = this.#options.overrides.get(key);
    const value =
      override === undefined
        ? this.#resolveWinner(key, definitions)
        : this.#resolveOverride(key, definitions, override);
    if (value === undefined) return undefined;
    const marked = this.isSecret(name) ? markSecret(value) : value;
    this.#resolved.set(key, marked);
    return marked;
  }

  isSecret(name: string): boolean {
    const key = name.toLowerCase();
    return (
      (this.#definitions.get(key) ?? []).some(({ isSecret }) => isSecret) ||
      (this.#options.overrides.get(key)?.isSecret ?? false)
    );
  }

  /** The definition in force, without the value; undefined for variables that only come from outside. */
  definition(name: string): Definition | undefined {
    return this.#definitions.get(name.toLowerCase())?.at(-1);
  }

  /** Every definition in the files, lowest rank first. */
  get definitions(): readonly Definition[] {
    return this.#options.definitions;
  }

  /** Everything that gives a variable a value, highest rank first: the first is in force. */
  sourcesOf(name: string): readonly VariableSource[] {
    const key = name.toLowerCase();
    const sources: VariableSource[] = [];
    for (let each = this.#options.overrides.get(key); each !== undefined; each = each.replaces) {
      sources.push({ giver: each.source, value: each.value });
    }
    const definitions = (this.#definitions.get(key) ?? []).toReversed();
    return [...sources, ...definitions.map(({ value }) => ({ giver: undefined, value }))];
  }

  isCaseVisible(name: string): boolean {
    const key = name.toLowerCase();
    return (
      (this.#definitions.get(key) ?? []).some(({ isCaseVisible }) => isCaseVisible) ||
      (this.#options.overrides.get(key)?.isCaseVisible ?? false)
    );
  }

  /** Replaces the references in `value`; undefined variables are reported under `code`. */
  substitute(value: LocatedValue, code: "V01" | "V02", problems: Problems = this.#options.problems): LocatedValue {
    return substitute(value, {
      problems,
      lookup: (name) => this.lookup(name),
      noteUse: (name, at) => this.#options.trace?.noteUse(name, at),
      reportUndefined: (name, at) => this.#reportUndefined(name, at, code, problems),
    });
  }

  #resolveOverride(key: string, definitions: readonly Definition[], override: Override): LocatedValue {
    // Set before the old value is looked at, whose references may lead back here.
    this.#resolved.set(key, override.value);
    return this.#converted(definitions, override.value, override.name);
  }

  #resolveWinner(key: string, definitions: readonly Definition[]): LocatedValue | undefined {
    const winner = definitions.at(-1);
    if (winner === undefined) return undefined;
    const from = this.#resolving.indexOf(key);
    if (from !== -1 || this.#resolving.length >= LONGEST_CHAIN || this.#levels + winner.value.depth > MOST_LEVELS) {
      const chain = [...this.#resolving.slice(Math.max(0, from)), key];
      const message =
        from === -1
          ? `The chain of variables that ends at '${winner.name}' is too long.`
          : `The variables refer to each other in a circle: ${chain.join(" -> ")}.`;
      const trail = this.#resolving
        .slice(Math.max(0, from))
        .flatMap((name) => this.#definedAt(name))
        .slice(0, LONGEST_TOLD);
      this.#options.problems.error(
        "V03",
        message,
        { ...winner.value, trail },
        {
          help: "Give one of them a value of its own.",
        },
      );
      return brokenValue(winner.value.position);
    }
    this.#resolving.push(key);
    this.#levels += winner.value.depth;
    // Marked before, so that neither an excerpt nor a list of uses shows the literal parts of a secret.
    const value = this.substitute(this.isSecret(key) ? markSecret(winner.value) : winner.value, "V02");
    this.#levels -= winner.value.depth;
    this.#resolving.pop();
    // Set before older values are looked at, whose references may lead back here.
    this.#resolved.set(key, value);
    return this.#converted(definitions.slice(0, -1), value, winner.name);
  }

  #definedAt(key: string): readonly string[] {
    const winner = this.#definitions.get(key)?.at(-1);
    return winner === undefined ? [] : [`variable '${winner.name}' set at ${placeText(winner.value.position)}`];
  }

  /** The value whose type a later text takes. Looks through plain references only, and never reports anything. */
  #typeHint(definitions: readonly Definition[]): LocatedValue | undefined {
    const last = definitions.at(-1);
    if (last === undefined) return undefined;
    const { value } = last;
    if (value.kind !== "scalar" || value.type !== "string") return value;
    const text = String(value.value);
    const [reference] = findReferences(text);
    const isWhole = reference?.start === 0 && reference.end === text.length;
    if (isWhole) return this.#lookupForHint(reference.name);
    const older = this.#typeHint(definitions.slice(0, -1).slice(-LONGEST_CHAIN));
    return convertToTypeOf(older, value, this.#options.parseFlow) ?? value;
  }

  /** Undefined inside a cycle or a chain too long: then the text keeps its own type. */
  #lookupForHint(name: string): LocatedValue | undefined {
    if (this.#resolving.includes(name.toLowerCase()) || this.#hintDepth >= LONGEST_CHAIN) return undefined;
    this.#hintDepth += 1;
    const value = this.lookup(name);
    this.#hintDepth -= 1;
    return value;
  }

  /** Gives a text the type of the value it replaces. */
  #converted(older: readonly Definition[], value: LocatedValue, name: string): LocatedValue {
    if (value.kind !== "scalar" || value.type !== "string") return value;
    const old = this.#typeHint(older);
    const converted = convertToTypeOf(old, value, this.#options.parseFlow);
    if (converted !== undefined) return converted;
    const kind = old?.kind === "list" ? "list" : "mapping";
    this.#options.problems.error("V09", `The variable '${name}' holds a ${kind}, and this text is none.`, value, {
      help: kind === "list" ? "Write a,b or [a, b]." : "Write {key: value}.",
    });
    return brokenValue(value.position);
  }

  #reportUndefined(name: string, at: ScalarValue, code: "V01" | "V02", problems: Problems): void {
    problems.error(code, `The variable '${name}' is not defined.`, at, {
      help: () => this.#helpForUndefined(name),
    });
  }

  #helpForUndefined(name: string): string | undefined {
    if (name.includes("$(")) return "References cannot be nested; build the name in a variable of its own.";
    if (name.trim() !== name && this.lookup(name.trim()) !== undefined) return `Did you mean '$(${name.trim()})'?`;
    return (
      didYouMean(name, this.names) ?? `Define it under 'variable', or give it with -v ${name}:VALUE or as LISA_${name}.`
    );
  }
}

function markSecret(value: LocatedValue): LocatedValue {
  if (value.kind === "list") return { ...listValue(value.items.map(markSecret), value.position), isSecret: true };
  if (value.kind === "mapping") {
    const entries = value.entries.map((entry) => ({ ...entry, value: markSecret(entry.value) }));
    return { ...mappingValue(entries, value.position), isSecret: true };
  }
  return { ...value, isSecret: true };
}
