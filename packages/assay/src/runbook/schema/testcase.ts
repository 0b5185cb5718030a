import { didYouMean } from "../nearest.ts";
import { compilePattern } from "../pattern.ts";
import type { CaseCriteria, CaseFilter, Position } from "../types.ts";
import { childOf, describeValue, hasUnknown, type LocatedValue, type MappingValue } from "../value.ts";
import { checkFields, type Field, type FieldContext, fields, withDefault } from "./field.ts";
import { either, type JsonSchema, orReference } from "./json-schema.ts";
import { choice, flag, integer, list, section, standing, text } from "./kinds.ts";
import { readVariant, type Variants, variantType } from "./variant.ts";

const MATURITIES = ["experimental", "preview", "stable", "deprecated"] as const;
const TEXTS = { acceptsOne: true } as const;

export const criteriaFields = fields({
  name: list(text("regular expression for the whole case name, case ignored"), "names of cases", TEXTS),
  area: list(text("regular expression for the whole area, case ignored"), "areas of suites", TEXTS),
  category: list(text("regular expression for the whole category"), "categories of suites", TEXTS),
  priority: list(integer("0 is most important", { minimum: 0, maximum: 5 }), "priorities of cases", TEXTS),
  tags: list(text("exact tag"), "any of these tags", TEXTS),
  maturity: maturities(),
});

const common = {
  type: standing(text("runner of the cases"), "lisa"),
  enabled: withDefault(flag("false leaves the entry out"), true),
  name: withDefault(text("label of the entry"), ""),
  criteria: section(criteriaFields, "which cases the entry is about; every key given must match, '{}' is every case"),
};

export const testcaseFields = fields({
  ...common,
  select_action: withDefault(
    choice(["none", "include", "exclude", "forceInclude", "forceExclude"], "what happens to them"),
    "include",
  ),
  times: withDefault(integer("how often each case runs", { minimum: 1, maximum: 10_000 }), 1),
  retry: withDefault(integer("runs again after a failure", { minimum: 0, maximum: 1000 }), 0),
  timeout: withDefault(integer("seconds; can only raise a case's own limit"), 0),
  use_new_environment: withDefault(flag("give each case an environment of its own"), false),
  ignore_failure: withDefault(flag("a failure counts as ATTEMPTED"), false),
});

/** Cases of other programs; LISA knows the keys and has no runner. */
const legacyFields = fields({
  ...common,
  repo: text("repository of the cases"),
  branch: standing(text("branch of it"), "master"),
  command: text("command that runs them"),
});

/** Entries of `testcase` by the runner of their cases. */
export const TESTCASES: Variants = {
  family: "testcase",
  noun: "testcase type",
  common,
  kinds: { lisa: testcaseFields, legacy: legacyFields },
  standard: "lisa",
};

/** Upstream's selection when a runbook has none. */
const DEFAULT_FILTER: CaseFilter = {
  position: undefined,
  enabled: true,
  name: "",
  criteria: { area: ["demo"] },
  selectAction: "include",
  times: 1,
  retry: 0,
  timeoutMs: 0,
  useNewEnvironment: false,
  ignoreFailure: false,
};

/** Reads `testcase:`. Absent or empty selects the area `demo`, as upstream does. */
export function readFilters(value: LocatedValue | undefined, context: FieldContext): readonly CaseFilter[] {
  if (value === undefined) return [DEFAULT_FILTER];
  if (value.kind === "broken") return [];
  if (value.kind !== "list") {
    context.problems.error("S02", `'testcase' must be a list, found ${describeValue(value)}.`, value, {
      help: "Start each entry with '- '.",
    });
    return [];
  }
  if (value.items.length === 0) return [DEFAULT_FILTER];
  return value.items.flatMap((item, index) => readFilter(item, `testcase[${index}]`, context));
}

/** An entry for another runner than ours: checked, and told unless it is switched off. */
function readForeign(item: MappingValue, type: string, path: string, context: FieldContext): readonly CaseFilter[] {
  const read = readVariant(TESTCASES, item, path, context)?.read;
  if (read !== undefined && read.enabled !== false) {
    const message = `Cases of the type '${type}' are not carried out by this version of assay.`;
    context.problems.missing(message, childOf(item, "type"), { help: "Set 'enabled: false', or remove the entry." });
  }
  return [];
}

function readFilter(item: LocatedValue, path: string, context: FieldContext): readonly CaseFilter[] {
  const type = variantType(TESTCASES, item, path, context);
  if (type === undefined) return [];
  if (type !== "lisa" && item.kind === "mapping") return readForeign(item, type, path, context);
  const read = checkFields(testcaseFields, item, path, context);
  if (read === undefined || item.kind !== "mapping") return [];
  const criteria = childOf(item, "criteria");
  if (criteria === undefined && read.enabled) {
    context.problems.error("X01", `'${path}' has no 'criteria'.`, item, {
      help: "Say which cases it is about, such as 'criteria: { area: storage }'; '{}' is every case.",
    });
    return [];
  }
  const none = { criteria: {}, positions: {}, trails: {} };
  const patterns = criteria?.kind === "mapping" ? readPatterns(criteria, context) : none;
  const trail = context.problems.trailOf(item);
  const given = read.criteria ?? {};
  const { priority } = given;
  const tags = stripped(given.tags);
  const maturity = stripped(given.maturity);
  return [
    {
      position: item.position,
      criteriaPositions: patterns.positions,
      ...(trail.length > 0 && { trail }),
      ...(Object.keys(patterns.trails).length > 0 && { criteriaTrails: patterns.trails }),
      enabled: read.enabled,
      name: read.name,
      criteria: {
        ...patterns.criteria,
        ...(priority === undefined ? {} : { priority }),
        ...(tags === undefined ? {} : { tags }),
        ...(maturity === undefined ? {} : { maturity }),
      },
      selectAction: read.select_action,
      times: read.times,
      retry: read.retry,
      timeoutMs: Math.max(0, read.timeout) * 1000,
      useNewEnvironment: read.use_new_environment,
      ignoreFailure: read.ignore_failure,
      ...(hasUnknown(item) && { isPending: true }),
    },
  ];
}

/** Empty texts mean "not given", as `name: $(case)` with an empty default shows. */
function stripped(texts: readonly string[] | undefined): readonly string[] | undefined {
  const kept = (texts ?? []).map((item) => item.trim()).filter((item) => item !== "");
  return kept.length === 0 ? undefined : kept;
}

type PatternKey = "name" | "area" | "category";

function readPatterns(
  criteria: MappingValue,
  context: FieldContext,
): {
  readonly criteria: CaseCriteria;
  readonly positions: NonNullable<CaseFilter["criteriaPositions"]>;
  readonly trails: NonNullable<CaseFilter["criteriaTrails"]>;
} {
  const texts: Partial<Record<PatternKey, readonly string[]>> = {};
  const positions: Partial<Record<PatternKey, readonly Position[]>> = {};
  const trails: Partial<Record<PatternKey, readonly (readonly string[])[]>> = {};
  for (const key of ["name", "area", "category"] as const) {
    const value = childOf(criteria, key);
    const items = value?.kind === "list" ? value.items : value === undefined ? [] : [value];
    const kept = items.flatMap((item) => {
      const pattern = item.kind === "scalar" && item.type === "string" ? item.source.trim() : "";
      return pattern === "" ? [] : [{ pattern, item }];
    });
    if (kept.length === 0) continue;
    texts[key] = kept.map(({ pattern }) => pattern);
    positions[key] = kept.map(({ item }) => item.position);
    const ways = kept.map(({ item }) => context.problems.trailOf(item));
    if (ways.some((way) => way.length > 0)) trails[key] = ways;
    for (const { pattern, item } of kept) checkPattern(pattern, item, context);
  }
  return { criteria: texts, positions, trails };
}

function checkPattern(pattern: string, item: LocatedValue, { problems }: FieldContext): void {
  const compiled = compilePattern(pattern);
  if (compiled.ok) return;
  // The place inside the pattern is exact where the pattern stands here itself, on one line, and is not from a variable.
  const isHere = item.kind === "scalar" && item.trail === undefined;
  const column = item.position.column + (isHere ? compiled.offset + (item.isQuoted ? 1 : 0) : 0);
  const at = { ...item, position: { ...item.position, column } };
  problems.error("X02", compiled.message, at, {
    help: "Patterns are Python regular expressions that must match the whole name.",
  });
}

function maturitySchema(): JsonSchema {
  const word = MATURITIES.join("|");
  const one: JsonSchema = either(
    { enum: ["", ...MATURITIES] },
    { type: "string", pattern: `^(?:[\\s,]*(?:${word}))*[\\s,]*$` },
  );
  return either(one, { type: "array", items: orReference(one) });
}

/** A text may hold several, separated by comma or blank. */
function maturities(): Field<readonly string[]> {
  const word = text("maturity");
  const item: Field<readonly string[]> = {
    expects: word.expects,
    about: word.about,
    schema: () => word.schema(),
    read(value, path, context) {
      const given = word
        .read(value, path, context)
        ?.split(/[\s,]+/)
        .filter(Boolean);
      const unknown = given?.find((each) => !MATURITIES.some((known) => known === each));
      if (unknown === undefined) return given;
      const near = didYouMean(unknown, MATURITIES);
      context.problems.error("X06", `'${path}' holds '${unknown}', which is no maturity.`, value, {
        help: `${near === undefined ? "" : `${near} `}Known are ${MATURITIES.join(", ")}.`,
      });
      return undefined;
    },
  };
  const words = list(item, "any of these maturities", TEXTS);
  return {
    expects: words.expects,
    about: words.about,
    schema: maturitySchema,
    read: (value, path, context) => words.read(value, path, context)?.flat(),
  };
}
