import { type ExtensionLoader, readExtensions } from "./extension.ts";
import { type JoinedFiles, readWithIncludes } from "./include.ts";
import { type Assignment, assignmentOf, Memo } from "./memo.ts";
import { Problems } from "./problems.ts";
import { ResolvedRunbook } from "./resolved-runbook.ts";
import { combinedNames } from "./schema/combinator.ts";
import type { FieldContext, Kinds } from "./schema/field.ts";
import { allKeys, sectionsWith } from "./schema/runbook.ts";
import type { AssignedVariable, LoadedRunbook } from "./types.ts";
import { childOf, type LocatedValue } from "./value.ts";
import { assignedOverrides } from "./variables/assigned.ts";
import type { Definition } from "./variables/definitions.ts";
import { addReferences, Dependencies } from "./variables/dependencies.ts";
import { collectOverrides, type Override } from "./variables/overrides.ts";
import type { VariableTrace } from "./variables/trace.ts";
import { VariableSet } from "./variables/variable-set.ts";
import type { YamlParser } from "./yaml/parse.ts";

/** Everything a load needs from outside, and what the caller wants of it. */
export interface LoaderOptions {
  readonly parse: YamlParser;
  /** Gives the text of a file and throws when it cannot. */
  readonly readText: (path: string) => Promise<string>;
  /** Names in a folder; throws when there is no such folder. */
  readonly listNames: (folder: string) => Promise<readonly string[]>;
  readonly variables: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isCompatible: boolean;
  readonly platform: string | undefined;
  readonly loadExtensions: ExtensionLoader | undefined;
  readonly trace: VariableTrace | undefined;
}

/** Files joined for one set of values of the variables in their paths. */
interface Joined {
  readonly files: JoinedFiles | undefined;
  readonly problems: Problems;
  /** By the names of the assigned variables, which stay the same from one combination to the next. */
  readonly resolved: Map<string, ResolvedRunbook>;
}

/**
 * Loads one runbook file again and again with other values of variables. Files are read and parsed once, and of the rest
 * only what depends on changed values is done again. Loads must not overlap.
 */
export class RunbookLoader {
  readonly #file: string;
  readonly #options: LoaderOptions;
  readonly #sources = new Map<string, string>();
  readonly #parsed = new Map<string, { readonly root: LocatedValue | undefined; readonly problems: Problems }>();
  readonly #outsideProblems = new Problems();
  readonly #outside: ReadonlyMap<string, Override>;
  readonly #joined = new Memo<Joined>();
  #extensions: { readonly key: string; readonly kinds: Kinds; readonly problems: Problems } | undefined;

  constructor(file: string, options: LoaderOptions) {
    this.#file = file;
    this.#options = options;
    this.#outside = collectOverrides(options.variables, options.environment, this.#outsideProblems);
  }

  /**
   * The runbook with these values above all others; of two for one variable the later counts. Never throws for what
   * stands in the files: all problems come back in one pass.
   */
  async load(assigned: readonly AssignedVariable[] = []): Promise<LoadedRunbook> {
    const assignment = assignmentOf(assigned);
    const overrides = assignedOverrides(assigned, this.#outside);
    const joined = this.#joined.find(assignment) ?? (await this.#join(assignment, overrides));
    const { files } = joined;
    if (files === undefined) {
      const problems = new Problems();
      for (const part of [this.#outsideProblems, joined.problems]) problems.addAll(part);
      return {
        runbook: undefined,
        filters: [],
        diagnostics: problems.list(this.#sources.keys()),
        sources: this.#sources,
        secrets: [],
      };
    }
    const names = assignedNames(assignment, files);
    const key = [...names].join("\n");
    const resolved = joined.resolved.get(key) ?? this.#resolve(files, joined.problems, names);
    joined.resolved.set(key, resolved);
    return await resolved.load(assignment, overrides);
  }

  async #join(assignment: Assignment, overrides: ReadonlyMap<string, Override>): Promise<Joined> {
    const problems = new Problems();
    const reads = new Set<string>();
    const files = await readWithIncludes(this.#file, {
      ...this.#context(problems),
      parse: (file, text, reportTo) => this.#parse(file, text, reportTo),
      readText: this.#options.readText,
      listNames: this.#options.listNames,
      sources: this.#sources,
      earlyValue: (path, definitions) => {
        const references = new Set<string>();
        addReferences(path, references);
        if (references.size === 0) return path;
        for (const name of new Dependencies(definitions).closure(references)) reads.add(name);
        return this.#variables(definitions, overrides, problems).substitute(path, "V01");
      },
    });
    return this.#joined.keep(assignment, reads, { files, problems, resolved: new Map() });
  }

  #resolve(files: JoinedFiles, joinProblems: Problems, assignedNames: ReadonlySet<string>): ResolvedRunbook {
    const { trace, platform, readText } = this.#options;
    const earlier = new Problems(joinProblems);
    for (const part of [this.#outsideProblems, joinProblems]) earlier.addAll(part);
    return new ResolvedRunbook({
      file: this.#file,
      files,
      earlier,
      assignedNames,
      outside: this.#outside,
      sources: this.#sources,
      platform,
      readText,
      trace,
      parseFlow: (text) => this.#parseFlow(text),
      context: (problems) => this.#context(problems),
      loadKinds: (values, problems) => this.#loadKinds(values, problems),
    });
  }

  /** The kinds that extensions add; they are loaded again only when the list changes. */
  async #loadKinds(values: readonly LocatedValue[], problems: Problems): Promise<Kinds> {
    const { loadExtensions } = this.#options;
    const references = readExtensions(values, this.#context(problems));
    const key = JSON.stringify(references.map(({ path, name }) => [path, name]));
    if (this.#extensions?.key !== key) {
      const found = new Problems(problems);
      this.#extensions = { key, problems: found, kinds: (await loadExtensions?.(references, found)) ?? {} };
    }
    problems.addAll(this.#extensions.problems);
    return this.#extensions.kinds;
  }

  #parse(file: string, text: string, problems: Problems): LocatedValue | undefined {
    let known = this.#parsed.get(file);
    if (known === undefined) {
      const found = new Problems();
      known = { root: this.#options.parse(file, text, found), problems: found };
      this.#parsed.set(file, known);
    }
    problems.addAll(known.problems);
    return known.root;
  }

  #parseFlow(text: string): LocatedValue | undefined {
    return this.#options.parse("text of a variable", text, new Problems());
  }

  #variables(
    definitions: readonly Definition[],
    overrides: ReadonlyMap<string, Override>,
    problems: Problems,
  ): VariableSet {
    const { trace } = this.#options;
    return new VariableSet({ definitions, overrides, problems, trace, parseFlow: (text) => this.#parseFlow(text) });
  }

  #context(problems: Problems): FieldContext {
    return { problems, isCompatible: this.#options.isCompatible, sectionsWith, allKeys };
  }
}

/**
 * Names, lower case, of the variables that differ from one combination to the next. Those of the whole combinator, though
 * an item of a batch may name a few of them: all combinations then share what does not depend on any.
 */
function assignedNames(assignment: Assignment, { root }: JoinedFiles): ReadonlySet<string> {
  if (assignment.size === 0) return new Set();
  const combined = combinedNames(childOf(root, "combinator")).map(({ name }) => name.toLowerCase());
  // In an order of their own, which must not depend on who gives its value first: circles are told where they begin.
  return new Set([...assignment.keys(), ...combined].sort());
}
