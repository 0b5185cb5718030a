import { expect, test } from "vitest";
import type { Relativity } from "../events/types.ts";
import type { MetricCriteria } from "./criteria.ts";
import { judgeMetric } from "./judge-metric.ts";

const HIGHER = "HigherIsBetter";
const LOWER = "LowerIsBetter";

test.each<[MetricCriteria, Relativity | undefined, met: readonly number[], missed: readonly number[]]>([
  [{ minValue: 1, maxValue: 9 }, HIGHER, [1, 5, 9], [0.99, 9.01]],
  [{ minValue: 1 }, LOWER, [1, 1e9], [0.5, -1]],
  [{ maxValue: 9 }, undefined, [9, -3], [9.1]],
  [{ targetValue: 100, tolerancePercent: 25 }, HIGHER, [75, 100, 1e6], [74.9]],
  [{ targetValue: 100, tolerancePercent: 25 }, LOWER, [125, 100, 0], [125.1]],
  [{ targetValue: 100, tolerancePercent: 25 }, "Parameter", [75, 125], [74, 126]],
  [{ targetValue: 100, tolerancePercent: 25 }, undefined, [75, 125], [74, 126]],
  [{ targetValue: -100, tolerancePercent: 10 }, HIGHER, [-110, -90, 0], [-111]],
  [{ targetValue: 100 }, HIGHER, [1], []],
  [{ minValue: 90, targetValue: 100, tolerancePercent: 50 }, HIGHER, [90], [89, 60]],
  [{ baseline: 100, tolerancePercent: 10 }, HIGHER, [90, 110], [89.9, 110.1]],
  [{ baseline: -100, tolerancePercent: 10 }, LOWER, [-110, -90], [-111, -89]],
  [{ baseline: 100, tolerancePercent: 50, maxAllowed: 130 }, HIGHER, [130, 50], [131, 49]],
  [{ baseline: 100, maxAllowed: 130 }, undefined, [-5, 130], [130.5]],
  [{ baseline: 100 }, undefined, [0, 1e9], []],
  [{ baseline: 100, tolerancePercent: 10, minValue: 200 }, undefined, [100], []],
  [{}, HIGHER, [0.001], [0, -1]],
  [{}, LOWER, [0, 5], [-0.1]],
  [{}, "Parameter", [-5], []],
  [{ tolerancePercent: 10 }, HIGHER, [1], [0]],
  [{}, undefined, [0], [Number.NaN, Number.POSITIVE_INFINITY]],
])("%j, %s: %j meet it, %j do not", (criteria, relativity, met, missed) => {
  expect(met.filter((value) => !judgeMetric(criteria, value, relativity).isMet)).toEqual([]);
  expect(missed.filter((value) => judgeMetric(criteria, value, relativity).isMet)).toEqual([]);
});

test.each<[MetricCriteria, number, Relativity | undefined, string]>([
  [{ minValue: 10, maxValue: 20 }, 5, HIGHER, "5 is below the minimum 10."],
  [{ minValue: 10, maxValue: 20 }, 15, HIGHER, "15 is not below the minimum 10, not above the maximum 20."],
  [
    { targetValue: 100, tolerancePercent: 25 },
    70,
    HIGHER,
    "70 is below the target 100 with 25 % tolerance, at least 75.",
  ],
  [{ baseline: 100, tolerancePercent: 10 }, 120, HIGHER, "120 is more than 10 % off the baseline 100."],
  [{ baseline: 100, tolerancePercent: 10 }, 101, HIGHER, "101 is within 10 % of the baseline 100."],
  [{}, 0, HIGHER, "0 is not above 0."],
  [{}, 3, undefined, "3 is not bounded."],
])("%j tells of %d: %s", (criteria, value, relativity, message) => {
  expect(judgeMetric(criteria, value, relativity).message).toBe(message);
});
