import type { JoinedFiles } from "./include.ts";
import { LayeredVariables } from "./layered-variables.ts";
import { type Assignment, Memo } from "./memo.ts";
import { warnOfPlainSecrets } from "./plain-secrets.ts";
import { Problems } from "./problems.ts";
import { type Reading, readRunbook } from "./read-runbook.ts";
import { warnOfUnusedNames } from "./schema/combinator.ts";
import type { FieldContext, Kinds } from "./schema/field.ts";
import { SectionCache } from "./section-cache.ts";
import type { LoadedRunbook } from "./types.ts";
import { unknownNames } from "./unknown-names.ts";
import {
  childOf,
  isTooLarge,
  type LocatedValue,
  type MappingEntry,
  type MappingValue,
  mappingValue,
  type PlainValue,
  toPlain,
} from "./value.ts";
import { addReferences, Dependencies } from "./variables/dependencies.ts";
import type { Override } from "./variables/overrides.ts";
import { collectSecrets } from "./variables/secrets.ts";
import type { VariableTrace } from "./variables/trace.ts";
import { VariableSet } from "./variables/variable-set.ts";

interface Options {
  readonly file: string;
  readonly files: JoinedFiles;
  /** What was found before: in arguments and while the files were read and joined. */
  readonly earlier: Problems;
  /** Names, lower case, of the variables that get values from combinators and transformers; the values differ. */
  readonly assignedNames: ReadonlySet<string>;
  /** Values from the command line and the environment. */
  readonly outside: ReadonlyMap<string, Override>;
  readonly sources: ReadonlyMap<string, string>;
  readonly platform: string | undefined;
  readonly readText: (path: string) => Promise<string>;
  readonly trace: VariableTrace | undefined;
  readonly parseFlow: (text: string) => LocatedValue | undefined;
  readonly context: (problems: Problems) => FieldContext;
  readonly loadKinds: (extensions: readonly LocatedValue[], problems: Problems) => Promise<Kinds>;
}

/** A key of the runbook with the variables that its value depends on. */
interface Section {
  readonly entry: MappingEntry;
  readonly reads: ReadonlySet<string>;
  readonly values: Memo<{ readonly value: LocatedValue; readonly problems: Problems }>;
}

/**
 * Joined files with all that does not depend on assigned variables worked out. Each load adds the values of one
 * assignment and does again only what depends on them.
 */
export class ResolvedRunbook {
  readonly #options: Options;
  readonly #unknown: ReadonlyMap<string, Override>;
  readonly #variables: LayeredVariables;
  readonly #baseProblems: Problems;
  /** Names of variables that cases see. */
  readonly #visible: readonly string[];
  /** Names of variables that may be secret. */
  readonly #maybeSecret: ReadonlySet<string>;
  readonly #sections: readonly Section[];
  readonly #reads: ReadonlySet<string>;
  readonly #references: ReadonlySet<string>;
  readonly #cache = new SectionCache();
  readonly #read = new Memo<{ readonly reading: Reading; readonly problems: Problems }>();

  constructor(options: Options) {
    const { files, earlier, outside, assignedNames, trace, parseFlow } = options;
    this.#options = options;
    const dependencies = new Dependencies(files.definitions);
    this.#baseProblems = new Problems(earlier);
    this.#baseProblems.addAll(earlier);
    const variables = { definitions: files.definitions, parseFlow };
    this.#unknown = unknownNames(
      files.root,
      (overrides) => new VariableSet({ ...variables, overrides, problems: new Problems() }),
      { outside, assignedNames },
    );
    this.#variables = new LayeredVariables({
      ...variables,
      dependencies,
      assignedNames,
      overrides: new Map([...outside, ...this.#unknown]),
      problems: this.#baseProblems,
      trace,
    });
    const { base } = this.#variables;
    this.#visible = base.names.filter((name) => base.isCaseVisible(name));
    this.#maybeSecret = new Set([...base.names.filter((name) => base.isSecret(name)), ...assignedNames]);
    const sections = files.root.entries.map((entry) => ({
      entry,
      reads: readsOf([entry.value], dependencies),
      values: new Memo<{ readonly value: LocatedValue; readonly problems: Problems }>(),
    }));
    this.#sections = sections;
    const extensions = readsOf(files.extensions, dependencies);
    this.#reads = new Set([...extensions, ...sections.flatMap(({ reads }) => [...reads])]);
    this.#references = new Set([...this.#reads, ...dependencies.references]);
    warnOfPlainSecrets(files.root, this.#baseProblems);
  }

  async load(assignment: Assignment, overrides: ReadonlyMap<string, Override>): Promise<LoadedRunbook> {
    const { earlier, sources, trace } = this.#options;
    const problems = new Problems(earlier);
    problems.addAll(this.#baseProblems);
    const variables = this.#variables.with(assignment, new Map([...this.#unknown, ...overrides]), problems);
    trace?.keep(variables);
    const { secrets, masks } = collectSecrets(this.#maybeSecret, variables, problems);
    const root = this.#substituted(assignment, variables, problems);
    const read = await this.#readOnce(root, assignment, variables, problems);
    const all = [...new Set([...secrets, ...(read.runbook?.secrets ?? [])])];
    const runbook = read.runbook && {
      ...read.runbook,
      caseVariables: valuesOf(this.#visible, variables),
      secrets: all,
      secretMasks: masks,
    };
    return {
      runbook: problems.hasErrors ? undefined : runbook,
      filters: read.filters,
      diagnostics: problems.list(sources.keys()),
      sources,
      secrets: all,
    };
  }

  /** The joined runbook with its variables replaced; a key whose variables have known values is taken as it was. */
  #substituted(assignment: Assignment, variables: VariableSet, problems: Problems): MappingValue {
    const { root } = this.#options.files;
    const entries = this.#sections.map(({ entry, reads, values }) => {
      let known = values.find(assignment);
      if (known === undefined) {
        const found = new Problems(problems);
        known = values.keep(assignment, reads, {
          value: variables.substitute(entry.value, "V01", found),
          problems: found,
        });
      }
      if (!known.problems.isEmpty) problems.addAll(known.problems);
      return { ...entry, value: known.value };
    });
    const whole = mappingValue(entries, root.position);
    if (!isTooLarge(whole)) return whole;
    problems.error("V12", "The variables in this runbook expand to too much data.", root.position, {
      help: "A variable that holds variables several times multiplies; shorten the chain.",
    });
    return mappingValue([], root.position);
  }

  async #readOnce(
    root: MappingValue,
    assignment: Assignment,
    variables: VariableSet,
    problems: Problems,
  ): Promise<Reading> {
    // With errors before it, reading says less; that must not be remembered for values without them.
    const isClean = !problems.hasErrors;
    const known = isClean ? this.#read.find(assignment) : undefined;
    if (known !== undefined) {
      problems.addAll(known.problems);
      return known.reading;
    }
    const { file, files, platform, readText, context, loadKinds } = this.#options;
    const found = new Problems(problems);
    if (!isClean) found.addAll(problems);
    const extensions = files.extensions.map((extension) => variables.substitute(extension, "V01", found));
    const kinds = await loadKinds(extensions, found);
    const reading = await readRunbook(file, root, platform, { ...context(found), kinds }, readText, this.#cache);
    const combinator = childOf(root, "combinator");
    if (combinator !== undefined) {
      const isUsed = (name: string): boolean =>
        this.#references.has(name.toLowerCase()) || variables.isCaseVisible(name);
      const withKinds = { ...context(found), kinds };
      await this.#cache.read("names", combinator, withKinds, (within) => warnOfUnusedNames(combinator, isUsed, within));
    }
    if (isClean) this.#read.keep(assignment, this.#reads, { reading, problems: found });
    problems.addAll(found);
    return reading;
  }
}

function readsOf(values: readonly LocatedValue[], dependencies: Dependencies): ReadonlySet<string> {
  const names = new Set<string>();
  for (const value of values) addReferences(value, names);
  return dependencies.closure(names);
}

function valuesOf(names: readonly string[], variables: VariableSet): Readonly<Record<string, PlainValue>> {
  const values: Record<string, PlainValue> = {};
  for (const name of names) {
    const value = variables.lookup(name);
    if (value !== undefined) values[name.toLowerCase()] = toPlain(value);
  }
  return values;
}
