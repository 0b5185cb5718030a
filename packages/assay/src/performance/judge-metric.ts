import type { Relativity } from "../events/types.ts";
import { formatNumber } from "../units/readable.ts";
import type { MetricCriteria } from "./criteria.ts";

export interface MetricVerdict {
  readonly isMet: boolean;
  /** One sentence: which bounds were missed, or all of them when none was. */
  readonly message: string;
}

/** A bound, and where the value lies to it. */
interface Bound {
  readonly holds: boolean;
  readonly text: string;
}

/**
 * Judges a value. With a baseline it must lie within the tolerance on both sides, so that a surprise in either direction
 * is told, and not above the allowed maximum. Without one it must lie between minimum and maximum and be as good as the
 * target, but for the tolerance. A metric that is listed without a bound has only to be above 0 where more is better,
 * and not below it where less is.
 */
export function judgeMetric(criteria: MetricCriteria, value: number, relativity?: Relativity): MetricVerdict {
  if (!Number.isFinite(value)) return { isMet: false, message: "No number was measured." };
  const bounds =
    criteria.baseline === undefined
      ? fixedBounds(criteria, value, relativity)
      : baselineBounds(criteria.baseline, criteria, value);
  const missed = bounds.filter(({ holds }) => !holds);
  const told = (missed.length > 0 ? missed : bounds).map(({ text }) => text).join(", ");
  return {
    isMet: missed.length === 0,
    message: `${formatNumber(value)} is ${told === "" ? "not bounded" : told}.`,
  };
}

function baselineBounds(baseline: number, { maxAllowed, tolerancePercent }: MetricCriteria, value: number): Bound[] {
  return [
    ...(tolerancePercent === undefined ? [] : [near(value, baseline, tolerancePercent, "the baseline")]),
    ...(maxAllowed === undefined ? [] : [atMost(value, maxAllowed, "the allowed maximum")]),
  ];
}

function fixedBounds(criteria: MetricCriteria, value: number, relativity: Relativity | undefined): Bound[] {
  const { minValue, maxValue, targetValue, tolerancePercent } = criteria;
  if (minValue === undefined && maxValue === undefined && targetValue === undefined) {
    if (relativity === "HigherIsBetter") return [{ holds: value > 0, text: `${value > 0 ? "" : "not "}above 0` }];
    return relativity === "LowerIsBetter" ? [atLeast(value, 0, "the least there can be")] : [];
  }
  return [
    ...(minValue === undefined ? [] : [atLeast(value, minValue, "the minimum")]),
    ...(maxValue === undefined ? [] : [atMost(value, maxValue, "the maximum")]),
    ...(targetValue === undefined || tolerancePercent === undefined
      ? []
      : [target(value, targetValue, tolerancePercent, relativity)]),
  ];
}

function target(value: number, wanted: number, percent: number, relativity: Relativity | undefined): Bound {
  const apart = tolerance(wanted, percent);
  const name = `the target ${formatNumber(wanted)} with ${formatNumber(percent)} % tolerance`;
  if (relativity === "HigherIsBetter") return atLeast(value, wanted - apart, `${name}, at least`);
  if (relativity === "LowerIsBetter") return atMost(value, wanted + apart, `${name}, at most`);
  return near(value, wanted, percent, "the target");
}

const atLeast = (value: number, bound: number, name: string): Bound => ({
  holds: value >= bound,
  text: `${value >= bound ? "not " : ""}below ${name} ${formatNumber(bound)}`,
});

const atMost = (value: number, bound: number, name: string): Bound => ({
  holds: value <= bound,
  text: `${value <= bound ? "not " : ""}above ${name} ${formatNumber(bound)}`,
});

function near(value: number, wanted: number, percent: number, name: string): Bound {
  const holds = Math.abs(value - wanted) <= tolerance(wanted, percent);
  const where = holds ? "within" : "more than";
  return { holds, text: `${where} ${formatNumber(percent)} % ${holds ? "of" : "off"} ${name} ${formatNumber(wanted)}` };
}

/** Of a wanted value below 0 as well. */
const tolerance = (wanted: number, percent: number): number => Math.abs(wanted) * (percent / 100);
