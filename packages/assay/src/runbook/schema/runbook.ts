import { childOf, type LocatedValue, type MappingValue } from "../value.ts";
import { environmentFields, environmentItemFields, localNodeFields, remoteNodeFields } from "./environment.ts";
import { type FieldContext, type Fields, type FieldTable, fields } from "./field.ts";
import { anything, flag, integer, later, list, text } from "./kinds.ts";
import { NOTIFIER_FIELDS } from "./notifier.ts";
import { platformFields } from "./platform.ts";
import { capabilityFields, requirementFields } from "./requirement.ts";
import { criteriaFields, testcaseFields } from "./testcase.ts";
import { variableEntry } from "./variable.ts";

const warning = { severity: "warning" } as const;

/** Keys of a runbook. Sections with rules of their own are read by the file named after them. */
export const runbookFields = fields({
  name: text("name of the run"),
  test_project: text("grouping text for reports"),
  test_pass: text("grouping text for reports"),
  tags: list(text("tag"), "grouping texts for reports", { acceptsOne: true }),
  exit_with_failed_count: later("exit code 0 in spite of failures", { ...warning, unless: [true] }),
  exit_on_first_failure: later("stopping after the first failure", { ...warning, unless: [false] }),
  concurrency: integer("environments in use at the same time", { minimum: 1, maximum: 10_000 }),
  wait_resource_timeout: later("waiting for busy resources", warning),
  include: anything("other files this one builds on"),
  extension: anything("folders with more cases"),
  variable: anything("variables"),
  transformer: anything("steps before and after the cases"),
  combinator: anything("repeating the run with other variables"),
  environment: anything("machines that are there before the run"),
  notifier: anything("reports"),
  platform: anything("where the machines come from"),
  import_builtin_tests: flag("assay's own cases are always there"),
  testcase: anything("which cases run"),
  dev: anything("switches for developers of LISA"),
});

const devFields = {
  enabled: flag("false leaves the section out"),
  enable_trace: later("more tracing", { ...warning, unless: [false] }),
  mock_tcp_ping: later("not waiting for the SSH port", { ...warning, unless: [false] }),
  jump_boxes: later("hosts to connect through"),
};
export const devSection = fields(devFields);

/** True when `dev:` is there and not switched off. */
export function isDevEnabled(dev: LocatedValue | undefined): dev is MappingValue {
  if (dev?.kind !== "mapping") return dev !== undefined;
  const enabled = childOf(dev, "enabled");
  return enabled?.kind !== "scalar" || enabled.value !== false;
}

const SECTIONS: readonly (readonly [string, Fields<FieldTable>])[] = [
  ["the runbook itself", runbookFields],
  ["testcase", testcaseFields],
  ["testcase.criteria", criteriaFields],
  ["platform", platformFields],
  ["platform.requirement", requirementFields],
  ["environment", environmentFields],
  ["environment.environments", environmentItemFields],
  ["environment.environments.nodes", remoteNodeFields],
  ["environment.environments.nodes", localNodeFields],
  ["environment.environments.nodes.capability", capabilityFields],
  ["variable", variableEntry],
  ...Object.values(NOTIFIER_FIELDS).map((section) => ["notifier", section] as const),
];

/** Sections that know `key`, for the hint at a key that stands in the wrong place. */
export const sectionsWith: NonNullable<FieldContext["sectionsWith"]> = (key) => [
  ...new Set(SECTIONS.filter(([, section]) => Object.hasOwn(section.table, key)).map(([name]) => name)),
];
