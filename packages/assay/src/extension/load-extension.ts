import { fileURLToPath } from "node:url";
import { UsageError } from "../errors/catalogue.ts";
import type { ExtensionReference } from "../runbook/extension.ts";
import type { Problems } from "../runbook/problems.ts";
import { COMBINATOR_FIELDS } from "../runbook/schema/combinator.ts";
import type { FieldTable, Kinds } from "../runbook/schema/field.ts";
import { GUESTS } from "../runbook/schema/guest.ts";
import { NOTIFIER_FIELDS } from "../runbook/schema/notifier-kinds.ts";
import { PLATFORM_NAMES } from "../runbook/schema/platform/platforms.ts";
import { TRANSFORMER_FIELDS } from "../runbook/schema/transformer.ts";
import type { Suite } from "../suite/suite.ts";
import { collectParts, type Parts } from "./collect-parts.ts";
import type { ExtensionPart } from "./define.ts";
import { ExtensionRoots } from "./extension-roots.ts";
import { findModules } from "./find-modules.ts";
import { registerResolveHook } from "./resolve-hook.ts";

/** A module that is still not there by then waits for something that never comes. */
const LONGEST_IMPORT_MS = 30_000;

/** Where parts that a program gives are said to come from. */
const GIVEN = "the program";

interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly isWarning?: boolean;
}

interface LoadedModule extends Parts {
  /** For messages: its file, or the name of its package. */
  readonly place: string;
}

interface Loaded {
  readonly modules: readonly LoadedModule[];
  readonly troubles: readonly Trouble[];
}

/**
 * Loads the extensions of runbooks by running their modules; each only once in its lifetime. Loading the same runbook
 * again, with other variables, adds what is new.
 */
export class Extensions {
  readonly #builtIn: readonly Suite[];
  readonly #loaded = new Map<string, Promise<Loaded>>();
  readonly #roots = new ExtensionRoots();
  readonly #suites = new Map<Suite, string>();
  readonly #others = new Map<ExtensionPart, string>();

  /**
   * `builtIn` are the suites that are there anyway, whose names are taken; `given` is what a program adds itself. Throws
   * UsageError when a name in it is taken.
   */
  constructor(builtIn: readonly Suite[], given: Parts = { suites: [], others: [] }) {
    this.#builtIn = builtIn;
    const [trouble] = this.#add({ ...given, place: GIVEN });
    if (trouble !== undefined) throw new UsageError(trouble.message, { help: trouble.help });
  }

  /** The built-in suites and those of all extensions, in the order in which they were loaded. */
  get suites(): readonly Suite[] {
    return [...this.#builtIn, ...this.#suites.keys()];
  }

  /** Everything but suites that extensions add. */
  get parts(): readonly ExtensionPart[] {
    return [...this.#others.keys()];
  }

  /** The part of a kind that runbooks call `type`; undefined when no extension adds it. */
  find<K extends ExtensionPart["part"]>(part: K, type: string): Extract<ExtensionPart, { part: K }> | undefined {
    return this.parts.find(
      (each): each is Extract<ExtensionPart, { part: K }> => each.part === part && each.type === type,
    );
  }

  /** Loads what `references` name: E01 (not there, Python), E03 (fails while it loads), E04 (a name twice), E05 (empty). */
  readonly load = async (references: readonly ExtensionReference[], problems: Problems): Promise<Kinds> => {
    if (references.length > 0) registerResolveHook();
    for (const reference of references) {
      const { at } = reference;
      const known = this.#loaded.get(reference.path) ?? loadOne(reference, this.#roots);
      this.#loaded.set(reference.path, known);
      const { modules, troubles } = await known;
      for (const { code, message, help, isWarning } of troubles) {
        problems[isWarning === true ? "warning" : "error"](code, message, at, { help });
      }
      for (const module of modules)
        for (const trouble of this.#add(module)) problems.error(trouble.code, trouble.message, at, trouble);
    }
    return kindsOf(this.parts);
  };

  /** Adds what is new of a module; gives the names that are taken. */
  #add({ suites, others, place }: LoadedModule): readonly Trouble[] {
    const troubles: Trouble[] = [];
    for (const suite of suites) {
      if (this.#suites.has(suite)) continue;
      const other = this.#placeOfSuite(suite.name);
      if (other === undefined) this.#suites.set(suite, place);
      else troubles.push(taken(`suite '${suite.name}'`, place, other));
    }
    for (const part of others) {
      if (this.#others.has(part)) continue;
      const same = [...this.#others].find(([each]) => each.part === part.part && each.type === part.type);
      const other = same === undefined ? undefined : `in '${same[1]}'`;
      const where = BUILT_IN_TYPES[part.part].includes(part.type) ? "built in" : other;
      if (where === undefined) this.#others.set(part, place);
      else troubles.push(taken(`${part.part} '${part.type}'`, place, where));
    }
    return troubles;
  }

  #placeOfSuite(name: string): string | undefined {
    const wanted = name.toLowerCase();
    const loaded = [...this.#suites].find(([suite]) => suite.name.toLowerCase() === wanted);
    if (loaded !== undefined) return `in '${loaded[1]}'`;
    return this.#builtIn.some((suite) => suite.name.toLowerCase() === wanted) ? "built in" : undefined;
  }
}

/** Types that runbooks of LISA use, also those that this version does not carry out. */
const BUILT_IN_TYPES: Readonly<Record<ExtensionPart["part"], readonly string[]>> = {
  transformer: Object.keys(TRANSFORMER_FIELDS),
  combinator: Object.keys(COMBINATOR_FIELDS),
  notifier: Object.keys(NOTIFIER_FIELDS),
  platform: PLATFORM_NAMES,
  guest: Object.keys(GUESTS.kinds),
};

const taken = (what: string, place: string, other: string): Trouble => ({
  code: "E04",
  message: `The ${what} of '${place}' is there already: ${other}.`,
  help: "Give one of them another name.",
});

async function loadOne(reference: ExtensionReference, roots: ExtensionRoots): Promise<Loaded> {
  const found = await findModules(reference);
  if (found.kind === "problem") return { modules: [], troubles: [{ code: "E01", ...found }] };
  if (found.root !== undefined) roots.add(reference.name, found.root);
  const modules: LoadedModule[] = [];
  const troubles: Trouble[] = [];
  for (const specifier of found.modules) {
    const place = specifier.startsWith("file:") ? fileURLToPath(specifier) : reference.source;
    try {
      modules.push({ ...collectParts(await importModule(specifier)), place });
    } catch (error) {
      troubles.push(failure(place, error));
    }
  }
  const isEmpty = modules.every(({ suites, others }) => suites.length + others.length === 0);
  if (isEmpty && troubles.length === 0) {
    const message = `The extension '${reference.source}' exports no suite and no other part.`;
    const help = "A module exports what 'suite(…)' or one of the 'define…' functions gives, as its default or by name.";
    troubles.push({ code: "E05", message, help, isWarning: true });
  }
  return { modules, troubles };
}

async function importModule(specifier: string): Promise<Readonly<Record<string, unknown>>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const seconds = LONGEST_IMPORT_MS / 1000;
  const timer = setTimeout(() => reject(new Error(`it is not done after ${seconds} seconds`)), LONGEST_IMPORT_MS);
  try {
    return await Promise.race([import(specifier), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a module threw while it was loaded, with the place where it did. */
function failure(place: string, error: unknown): Trouble {
  const what = error instanceof Error ? `${error.name}: ${error.message.replaceAll(/\s*\n\s*/g, " ")}` : String(error);
  const thrownAt = error instanceof Error ? placeInStack(error.stack ?? "") : undefined;
  return {
    code: "E03",
    message: `The extension module '${place}' cannot be loaded: ${what}${thrownAt === undefined ? "" : ` (${thrownAt})`}.`,
    help: "Correct the module; what it imports is looked for beside it.",
  };
}

const OWN_FILES = fileURLToPath(new URL("..", import.meta.url));

/** The innermost place that is neither Node's nor assay's; CommonJS modules stand in stacks with their path. */
function placeInStack(stack: string): string | undefined {
  for (const [, place = "", line] of stack.matchAll(/(?<=[\s(])((?:file:\/\/)?\/[^\s()]+?):(\d+(?::\d+)?)\)?$/gm)) {
    const file = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (!file.startsWith(OWN_FILES)) return `${file}:${line}`;
  }
  return undefined;
}

function kindsOf(parts: readonly ExtensionPart[]): Kinds {
  const of = (part: ExtensionPart["part"]): Readonly<Record<string, FieldTable>> =>
    Object.fromEntries(parts.filter((each) => each.part === part).map(({ type, keys = {} }) => [type, keys]));
  return {
    transformer: of("transformer"),
    combinator: of("combinator"),
    notifier: of("notifier"),
    platform: of("platform"),
    guest: of("guest"),
  };
}
