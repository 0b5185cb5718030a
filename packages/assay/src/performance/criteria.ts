import { matchesPattern } from "./match-pattern.ts";

/** How several values of one metric become the one that is judged. */
export const STATISTICS = ["average", "median", "min", "max"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** What a metric must be. Bounds are inclusive, `tolerancePercent` is of the target or the baseline. */
export interface MetricCriteria {
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly targetValue?: number;
  readonly baseline?: number;
  readonly maxAllowed?: number;
  readonly tolerancePercent?: number;
}

/** The criteria of a metric, with how many runs are judged together. */
export interface ListedMetric {
  readonly criteria: MetricCriteria;
  /** Absent where the criteria do not say. */
  readonly statisticsTimes?: number;
  readonly statistic: Statistic;
}

/** Where a group holds: all of its conditions have to. One of an unknown kind never does. */
export interface Condition {
  readonly subject: "case" | "vm-size" | "unknown";
  readonly pattern: string;
  /** It is the name itself. */
  readonly isExact?: boolean;
}

/** Metrics that are judged where the conditions hold. */
export interface CriteriaGroup {
  readonly conditions: readonly Condition[];
  readonly metrics: ReadonlyMap<string, ListedMetric>;
}

/** All criteria of a run, in the order in which they are looked at. */
export type Criteria = readonly CriteriaGroup[];

/** The metric of the first group that holds for the case and the size and lists it; undefined when none does. */
export function findCriteria(
  criteria: Criteria,
  where: { readonly case: string; readonly vmSize: string; readonly metric: string },
): ListedMetric | undefined {
  const holds = ({ subject, pattern, isExact }: Condition): boolean => {
    const text = subject === "case" ? where.case : where.vmSize;
    return subject !== "unknown" && (isExact === true ? pattern === text : matchesPattern(pattern, text));
  };
  for (const { conditions, metrics } of criteria) {
    const listed = metrics.get(where.metric);
    if (listed !== undefined && conditions.every(holds)) return listed;
  }
  return undefined;
}
