import { extensionFields } from "../extension.ts";
import { COMBINATOR_FIELDS } from "./combinator.ts";
import { devFields, jumpBoxFields } from "./dev.ts";
import { environmentFields, environmentItemFields } from "./environment.ts";
import {
  type Field,
  type FieldContext,
  type Fields,
  type FieldTable,
  fields,
  sectionSchema,
  withDefault,
} from "./field.ts";
import { GUESTS } from "./guest.ts";
import { includeFields } from "./include.ts";
import { either, type JsonSchema, orReference } from "./json-schema.ts";
import { flag, integer, list, located, number, standing, text } from "./kinds.ts";
import { NODES } from "./node-kinds.ts";
import { NOTIFIER_FIELDS, NOTIFIERS } from "./notifier-kinds.ts";
import { PLATFORMS, platformFields } from "./platform-keys.ts";
import { requirementFields } from "./requirement.ts";
import { criteriaFields, TESTCASES, testcaseFields } from "./testcase.ts";
import { TRANSFORMER_FIELDS } from "./transformer.ts";
import { variableEntry } from "./variable.ts";
import { type Variants, variantSchema } from "./variant.ts";

const TRANSFORMERS: Variants = { family: "transformer", noun: "transformer", common: {}, kinds: TRANSFORMER_FIELDS };
const COMBINATORS: Variants = { family: "combinator", noun: "combinator", common: {}, kinds: COMBINATOR_FIELDS };

/** A list that the reader of the section looks at. */
function entries(about: string, item: () => JsonSchema, options: { readonly isList?: boolean } = {}) {
  return located(about, () => {
    const held = orReference(item());
    const many: JsonSchema = { type: "array", items: held };
    return options.isList === false ? either(many, held) : many;
  });
}

const pathOr = (section: Fields<FieldTable>) => (): JsonSchema => either({ type: "string" }, sectionSchema(section));

/** Keys of a runbook. Sections with rules of their own are read by the file named after them. */
export const runbookFields = fields({
  name: withDefault(text("name of the run"), "not_named"),
  test_project: withDefault(text("grouping text for reports"), ""),
  test_pass: withDefault(text("grouping text for reports"), ""),
  tags: withDefault(list(text("tag"), "grouping texts for reports", { acceptsOne: true }), []),
  concurrency: standing(integer("environments in use at the same time", { minimum: 1, maximum: 10_000 }), 1),
  exit_on_first_failure: withDefault(flag("after one failure skip the cases of the same combination that wait"), false),
  exit_with_failed_count: withDefault(flag("false: failed cases do not change the exit code"), true),
  wait_resource_timeout: withDefault(
    number("minutes to wait for resources that are in use elsewhere; then the case is skipped", { minimum: 0 }),
    5,
  ),
  include: entries("files this one builds on; what stands here wins", pathOr(includeFields), { isList: false }),
  extension: entries("folders or packages with more suites and kinds", pathOr(extensionFields), { isList: false }),
  variable: entries("variables, used as $(name)", () => sectionSchema(variableEntry)),
  transformer: entries("steps before and after the cases", () => variantSchema(TRANSFORMERS)),
  combinator: entries("what is repeated with other values of variables", () => variantSchema(COMBINATORS), {
    isList: false,
  }),
  environment: located("machines that are there before the run", () => sectionSchema(environmentFields)),
  notifier: entries("reports", () => variantSchema(NOTIFIERS)),
  platform: located("where the machines come from; a list of one", () => ({
    type: "array",
    maxItems: 1,
    items: orReference(variantSchema(PLATFORMS)),
  })),
  import_builtin_tests: withDefault(flag("means nothing: assay's own cases are always there"), false),
  testcase: standing(
    entries("which cases run, entry after entry", () => variantSchema(TESTCASES)),
    [{ criteria: { area: "demo" } }],
  ),
  dev: located("switches for developers of LISA", () => sectionSchema(devFields)),
} satisfies Record<string, Field<unknown>>);

const SECTIONS: readonly (readonly [string, Fields<FieldTable>])[] = [
  ["the runbook itself", runbookFields],
  ["testcase", testcaseFields],
  ["testcase.criteria", criteriaFields],
  ["platform", platformFields],
  ["platform.requirement", requirementFields],
  ...Object.values(GUESTS.kinds).map((section) => ["platform.guests", section] as const),
  ["environment", environmentFields],
  ["environment.environments", environmentItemFields],
  ...Object.values(NODES.kinds).map((section) => ["environment.environments.nodes", section] as const),
  ["variable", variableEntry],
  ["include", includeFields],
  ["dev", devFields],
  ["dev.jump_boxes", jumpBoxFields],
  ...Object.values(NOTIFIER_FIELDS).map((section) => ["notifier", section] as const),
  ...Object.values(TRANSFORMER_FIELDS).map((section) => ["transformer", section] as const),
  ...Object.values(COMBINATOR_FIELDS).map((section) => ["combinator", section] as const),
];

const ALL_KEYS: ReadonlySet<string> = new Set(SECTIONS.flatMap(([, section]) => Object.keys(section.table)));

/** Every key there is, for the hint at a mistyped key that stands in the wrong place. */
export const allKeys: NonNullable<FieldContext["allKeys"]> = () => ALL_KEYS;

/** Sections that know `key`, for the hint at a key that stands in the wrong place. */
export const sectionsWith: NonNullable<FieldContext["sectionsWith"]> = (key) => [
  ...new Set(SECTIONS.filter(([, section]) => Object.hasOwn(section.table, key)).map(([name]) => name)),
];
