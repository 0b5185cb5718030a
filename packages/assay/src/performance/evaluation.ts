import type { MetricDetails, MetricEvaluation, Relativity } from "../events/types.ts";
import { aggregate } from "./aggregate.ts";
import { curveOf, isThroughput, judgeCurve, placeOnCurve } from "./bandwidth.ts";
import { type Criteria, findCriteria, type ListedMetric } from "./criteria.ts";
import { judgeMetric, type MetricVerdict } from "./judge-metric.ts";

/** A number that a case measured. */
export interface Measurement extends Pick<MetricDetails, "relativity" | "tool" | "role"> {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** What a case measured, and where. */
export interface MeasuredResult {
  readonly case: string;
  /** Of the combinator; values of other combinations are never put together. */
  readonly combination?: Readonly<Record<string, string>>;
  /** `unknown` where the platform has no sizes. */
  readonly vmSize: string;
  /** What the size promises, where the platform knows it. */
  readonly bandwidthGbps?: number;
  readonly metrics: readonly Measurement[];
}

export interface PerformanceSettings {
  readonly criteria: Criteria;
  /** Runs that are judged together where the criteria do not say. */
  readonly statisticsTimes: number;
  /** Share by which throughput may fall behind its best. */
  readonly postPeakDropRatio: number;
  /** Missed criteria fail the case. */
  readonly failsCases: boolean;
}

/**
 * Compares what cases measure with criteria. Where the criteria ask for several runs, the last so many values of one
 * metric of one case on one size are judged together, from the first time there are enough of them.
 */
export class PerformanceEvaluation {
  readonly failsCases: boolean;
  readonly #settings: PerformanceSettings;
  readonly #values = new Map<string, number[]>();

  constructor(settings: PerformanceSettings) {
    this.#settings = settings;
    this.failsCases = settings.failsCases;
  }

  /** Takes up what a result measured and judges all of it that can be judged now. */
  evaluate(result: MeasuredResult): readonly MetricEvaluation[] {
    const { bandwidthGbps, metrics } = result;
    if (bandwidthGbps === undefined) return metrics.flatMap((metric) => this.#judge(metric, result));
    const isOnCurve = ({ name, relativity }: Measurement): boolean =>
      relativity === "HigherIsBetter" && isThroughput(name);
    const curves = Map.groupBy(metrics.filter(isOnCurve), ({ name }) => curveOf(name));
    return [
      ...metrics.filter((metric) => !isOnCurve(metric)).flatMap((metric) => this.#judge(metric, result)),
      ...[...curves].flatMap(([name, points]) => this.#judgeCurve(name, points, bandwidthGbps, result.vmSize)),
    ];
  }

  #judge(metric: Measurement, result: MeasuredResult): MetricEvaluation[] {
    const where = { case: result.case, vmSize: result.vmSize, metric: metric.name };
    const listed = findCriteria(this.#settings.criteria, where);
    const times = listed?.statisticsTimes ?? this.#settings.statisticsTimes;
    const key = JSON.stringify([where.case, where.vmSize, where.metric, result.combination]);
    const values = [...(this.#values.get(key) ?? []), metric.value].slice(-times);
    this.#values.set(key, values);
    if (values.length < times) return [];
    const value = aggregate(values, listed?.statistic ?? "average");
    const verdict = listed === undefined ? NO_CRITERIA : judged(listed, value, times, metric.relativity);
    return [{ ...plain(metric), value, vmSize: result.vmSize, hasCriteria: listed !== undefined, ...verdict }];
  }

  #judgeCurve(
    name: string,
    measured: readonly Measurement[],
    bandwidthGbps: number,
    vmSize: string,
  ): readonly MetricEvaluation[] {
    const points = measured.toSorted((one, other) => {
      const [[few, small], [many, large]] = [placeOnCurve(one.name), placeOnCurve(other.name)];
      return few - many || small - large;
    });
    const values = points.map(({ value }) => value);
    const verdict = judgeCurve(values, bandwidthGbps, this.#settings.postPeakDropRatio);
    const best = points.find(({ value }) => value === Math.max(...values));
    return [
      ...points.map((point, index) => ({
        ...plain(point),
        vmSize,
        hasCriteria: true,
        ...(verdict.points[index] ?? NO_CRITERIA),
      })),
      ...(best === undefined
        ? []
        : [{ ...plain(best), name: `${name} (best)`, vmSize, hasCriteria: true, ...verdict.peak }]),
    ];
  }
}

/** What an evaluation tells of a measurement, which may be an event with more. */
const plain = ({ name, value, unit, relativity, tool, role }: Measurement): Measurement => ({
  name,
  value,
  unit,
  ...(relativity && { relativity }),
  ...(tool && { tool }),
  ...(role && { role }),
});

const NO_CRITERIA: MetricVerdict = { isMet: true, message: "No criteria are given." };

function judged(
  { criteria, statistic }: ListedMetric,
  value: number,
  times: number,
  relativity: Relativity | undefined,
): MetricVerdict {
  const verdict = judgeMetric(criteria, value, relativity);
  if (times === 1) return verdict;
  return { ...verdict, message: `The ${statistic} of ${times} runs: ${verdict.message}` };
}

/** So many missed metrics are told by name in one message. */
const MOST_TOLD = 10;

/** A sentence on the metrics that miss their criteria; undefined when none does. */
export function missedText(evaluations: readonly MetricEvaluation[]): string | undefined {
  const missed = evaluations.filter(({ isMet }) => !isMet);
  if (missed.length === 0) return undefined;
  const told = missed
    .slice(0, MOST_TOLD)
    .map(({ name, unit, message }) => `${name}${unit && ` (${unit})`}: ${message}`);
  const more = missed.length - told.length;
  const judgedCount = evaluations.filter(({ hasCriteria }) => hasCriteria).length;
  return `${missed.length} of ${judgedCount} metrics miss their criteria. ${told.join(" ")}${more > 0 ? ` And ${more} more.` : ""}`;
}
