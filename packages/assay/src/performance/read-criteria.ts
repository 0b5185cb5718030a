import type { Condition, Criteria, CriteriaGroup, ListedMetric, MetricCriteria, Statistic } from "./criteria.ts";
import { STATISTICS } from "./criteria.ts";

/** Keys at the top of a file that name no case. */
const TOP_KEYS = [
  "metadata",
  "groups",
  "statistics_times",
  "error_threshold",
  "statistics_type",
  "description",
  "version",
];
const DEFAULT_THRESHOLD = 0.1;

type Mapping = Readonly<Record<string, unknown>>;

/** Collects what is wrong, each with the path to it. */
export type Problems = string[];

/** What holds for a metric unless it says otherwise. */
interface Inherited {
  readonly tolerancePercent: number;
  readonly statisticsTimes: number;
  readonly statistic: Statistic;
}

/**
 * Reads what a file of criteria or the runbook says, in LISA's three formats: groups with conditions; metrics by case;
 * metrics by pattern of the size by case. Groups come first, in their order, then exact sizes, then patterns.
 */
export function readCriteria(given: unknown, problems: Problems): Criteria {
  const top = mapping(given, "the criteria", problems);
  const inherited = inherit(
    { tolerancePercent: DEFAULT_THRESHOLD * 100, statisticsTimes: 1, statistic: "average" },
    top,
    "",
    problems,
  );
  const groups = list(top.groups, "groups", problems).map((group, index) =>
    readGroup(group, `groups[${index}]`, inherited, problems),
  );
  const cases = Object.entries(top).filter(([key]) => !TOP_KEYS.includes(key));
  return [...groups, ...cases.flatMap(([name, config]) => readCase(name, config, problems))];
}

function readGroup(given: unknown, path: string, outer: Inherited, problems: Problems): CriteriaGroup {
  const group = mapping(given, path, problems);
  const inherited = inherit(outer, group, `${path}.`, problems);
  const metrics = list(group.metrics, `${path}.metrics`, problems).flatMap((held, index): [string, ListedMetric][] => {
    const at = `${path}.metrics[${index}]`;
    const metric = mapping(held, at, problems);
    const { tolerancePercent, statisticsTimes, statistic } = inherit(inherited, metric, `${at}.`, problems);
    if (typeof metric.name !== "string" || metric.name === "") {
      problems.push(`'${at}.name' must be the name of a metric.`);
      return [];
    }
    const criteria = { ...bounds(metric, at, problems), tolerancePercent };
    return [[metric.name, { criteria, statisticsTimes, statistic }]];
  });
  const conditions = list(group.conditions, `${path}.conditions`, problems).map((held, index) =>
    readCondition(held, `${path}.conditions[${index}]`, problems),
  );
  // The first of two with one name counts.
  return { conditions, metrics: new Map(metrics.reverse()) };
}

function readCondition(given: unknown, path: string, problems: Problems): Condition {
  const { name, type, value } = mapping(given, path, problems);
  const pattern = String(value ?? "");
  if (type === "metadata" && (name === "test_case" || name === "test_suite")) return { subject: "case", pattern };
  return { subject: type === "information" && name === "vm_size" ? "vm-size" : "unknown", pattern };
}

/** The older formats: metrics of a case, or by pattern of the size. */
function readCase(name: string, given: unknown, problems: Problems): CriteriaGroup[] {
  const config = mapping(given, name, problems);
  const ofCase: Condition = { subject: "case", pattern: name, isExact: true };
  const { size_patterns: sizes } = config;
  if (sizes === undefined) {
    return [{ conditions: [ofCase], metrics: readMetrics(config, name, problems) }];
  }
  const path = `${name}.size_patterns`;
  const bySize = Object.entries(mapping(sizes, path, problems)).map(([pattern, held]) => {
    const metrics = readMetrics(mapping(held, `${path}.${pattern}`, problems), `${path}.${pattern}`, problems);
    return { pattern, metrics };
  });
  // A size that is named counts more than a pattern, wherever they stand.
  return [true, false].flatMap((isExact) =>
    bySize.map(({ pattern, metrics }) => ({
      conditions: [ofCase, { subject: "vm-size", pattern, isExact }],
      metrics,
    })),
  );
}

function readMetrics(config: Mapping, path: string, problems: Problems): CriteriaGroup["metrics"] {
  const entries = Object.entries(config).map(([name, given]): [string, ListedMetric] => {
    const at = `${path}.${name}`;
    const metric = mapping(given, at, problems);
    const { minValue, maxValue, targetValue } = bounds(metric, at, problems);
    const tolerancePercent = number(metric.tolerance_percent, `${at}.tolerance_percent`, problems);
    return [
      name,
      { criteria: withoutAbsent({ minValue, maxValue, targetValue, tolerancePercent }), statistic: "average" },
    ];
  });
  return new Map(entries);
}

function inherit(outer: Inherited, given: Mapping, prefix: string, problems: Problems): Inherited {
  const threshold = number(given.error_threshold, `${prefix}error_threshold`, problems);
  const times = number(given.statistics_times, `${prefix}statistics_times`, problems);
  const kind = given.statistics_type;
  const statistic = STATISTICS.find((each) => each === String(kind ?? "").toLowerCase());
  if (kind !== undefined && kind !== null && statistic === undefined) {
    problems.push(`'${prefix}statistics_type' must be one of ${STATISTICS.join(", ")}.`);
  }
  if (times !== undefined && !(Number.isInteger(times) && times >= 1)) {
    problems.push(`'${prefix}statistics_times' must be a whole number from 1 on.`);
  }
  if (threshold !== undefined && threshold < 0) problems.push(`'${prefix}error_threshold' must not be below 0.`);
  return {
    tolerancePercent: threshold === undefined ? outer.tolerancePercent : asPercent(threshold),
    statisticsTimes: times ?? outer.statisticsTimes,
    statistic: statistic ?? outer.statistic,
  };
}

/** Below 1 it is a fraction, otherwise already percent. */
const asPercent = (threshold: number): number => (threshold < 1 ? threshold * 100 : threshold);

function bounds(metric: Mapping, path: string, problems: Problems): MetricCriteria {
  const read = (key: string): number | undefined => number(metric[key], `${path}.${key}`, problems);
  return withoutAbsent({
    minValue: read("min_value"),
    maxValue: read("max_value"),
    targetValue: read("target_value"),
    baseline: read("baseline"),
    maxAllowed: read("max_allowed"),
  });
}

function mapping(given: unknown, path: string, problems: Problems): Mapping {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return { ...given };
  problems.push(`'${path}' must be a mapping.`);
  return {};
}

function list(given: unknown, path: string, problems: Problems): readonly unknown[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given;
  problems.push(`'${path}' must be a list.`);
  return [];
}

function number(given: unknown, path: string, problems: Problems): number | undefined {
  if (given === undefined || given === null) return undefined;
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  problems.push(`'${path}' must be a number.`);
  return undefined;
}

function withoutAbsent(given: { readonly [Key in keyof MetricCriteria]: number | undefined }): MetricCriteria {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
