import { expect, test } from "vitest";
import { type MeasuredResult, type Measurement, missedText, PerformanceEvaluation } from "./evaluation.ts";
import { readCriteria } from "./read-criteria.ts";

function evaluation(given: unknown, more: { readonly statisticsTimes?: number; readonly drop?: number } = {}) {
  const problems: string[] = [];
  const criteria = readCriteria(given, problems);
  expect(problems).toEqual([]);
  const { statisticsTimes = 1, drop: postPeakDropRatio = 0.02 } = more;
  return new PerformanceEvaluation({ criteria, statisticsTimes, postPeakDropRatio, failsCases: true });
}

const higher = (name: string, value: number): Measurement => ({ name, value, unit: "", relativity: "HigherIsBetter" });
const result = (metrics: readonly Measurement[], more: Partial<MeasuredResult> = {}): MeasuredResult => ({
  case: "perf_nvme",
  vmSize: "Standard_L64s_v3",
  metrics,
  ...more,
});

const GROUPS = {
  error_threshold: 0.5,
  groups: [
    {
      conditions: [
        { name: "test_case", type: "metadata", value: "perf_nvme" },
        { name: "vm_size", type: "information", value: "Standard_L64*" },
      ],
      error_threshold: 25,
      metrics: [
        { name: "iops", target_value: 100 },
        { name: "read_iops", target_value: 100, error_threshold: 0.1 },
      ],
    },
    {
      conditions: [{ name: "test_suite", type: "metadata", value: "perf_*" }],
      metrics: [{ name: "iops", min_value: 1 }],
    },
    { metrics: [{ name: "latency", target_value: 100 }] },
    {
      conditions: [{ name: "colour", type: "metadata", value: "*" }],
      metrics: [{ name: "write_iops", min_value: 1e9 }],
    },
  ],
};

test.each<[what: string, MeasuredResult, isMet: boolean, hasCriteria: boolean]>([
  ["a group's threshold", result([higher("iops", 75)]), true, true],
  ["a group's threshold, missed", result([higher("iops", 74)]), false, true],
  ["a metric's threshold", result([higher("read_iops", 89)]), false, true],
  ["the next group where the size is another", result([higher("iops", 2)], { vmSize: "Standard_D2_v5" }), true, true],
  ["the next group for a case of a like name", result([higher("iops", 2)], { case: "perf_nvmes" }), true, true],
  ["the threshold of all", result([higher("latency", 51)], { case: "other" }), true, true],
  ["the threshold of all, missed", result([higher("latency", 49)], { case: "other" }), false, true],
  ["an unknown condition", result([higher("write_iops", 1)]), true, false],
  ["no criteria", result([higher("other", -5)]), true, false],
])("groups: %s", (_what, measured, isMet, hasCriteria) => {
  expect(evaluation(GROUPS).evaluate(measured)).toEqual([expect.objectContaining({ isMet, hasCriteria })]);
});

test.each<[vmSize: string, name: string, value: number, isMet: boolean]>([
  ["unknown", "perf_a", 10, true],
  ["unknown", "perf_a", 9, false],
  ["Standard_D4_v5", "perf_b", 4, true],
  ["Standard_D4_v5", "perf_b", 3, false],
  ["Standard_D8_v5", "perf_b", 3, true],
  ["Standard_D8_v5", "perf_b", 2, false],
])("older formats: on %s %s measures %d", (vmSize, name, value, isMet) => {
  const older = {
    metadata: { version: 1 },
    perf_a: { iops: { target_value: 20, tolerance_percent: 50 } },
    perf_b: {
      size_patterns: { "Standard_D*": { iops: { min_value: 3 } }, Standard_D4_v5: { iops: { min_value: 4 } } },
    },
  };
  const [found] = evaluation(older).evaluate(result([higher("iops", value)], { case: name, vmSize }));
  expect(found).toMatchObject({ hasCriteria: true, isMet });
});

test.each<[statistic: string, values: readonly number[], judged: readonly number[]]>([
  ["average", [1, 2, 6, 10], [3, 6]],
  ["median", [1, 9, 2, 3], [2, 3]],
  ["min", [5, 4, 6, 7], [4, 4]],
  ["max", [5, 4, 6, 1], [6, 6]],
  ["MEDIAN", [3, 1, 2], [2]],
])("the %s of the last three runs is judged", (statistics_type, values, judged) => {
  const given = { statistics_times: 3, statistics_type, groups: [{ metrics: [{ name: "iops", min_value: 0 }] }] };
  const made = evaluation(given);
  const told = values.flatMap((value) => made.evaluate(result([higher("iops", value)])));
  expect(told.map(({ value }) => value)).toEqual(judged);
});

test("the median of an even count lies in the middle", () => {
  const made = evaluation({
    groups: [{ statistics_times: 2, statistics_type: "median", metrics: [{ name: "iops" }] }],
  });
  expect(made.evaluate(result([higher("iops", 1), higher("iops", 4)]))).toEqual([
    expect.objectContaining({ value: 2.5 }),
  ]);
});

test("runs on other sizes, of other cases and combinations are not put together", () => {
  const made = evaluation({}, { statisticsTimes: 2 });
  const one = result([higher("iops", 1)]);
  const others = [
    one,
    { ...one, case: "perf_other" },
    { ...one, vmSize: "unknown" },
    { ...one, combination: { kernel: "6.1" } },
    { ...one, combination: { kernel: "6.2" } },
  ];
  expect(others.map((each) => made.evaluate(each).length)).toEqual([0, 0, 0, 0, 0]);
  expect(others.map((each) => made.evaluate(each).length)).toEqual([1, 1, 1, 1, 1]);
});

test.each<[values: readonly number[], missed: readonly string[]]>([
  [[5, 9.5, 9.4], []],
  [[5, 9.5, 9.3], ["throughput_in_gbps_conn_4_buffer_64"]],
  [[5, 8, 7.9], ["throughput_in_gbps (best)"]],
  [[9.5, 9.4, 12], []],
  [[9.5, 9.2, 12], ["throughput_in_gbps_conn_2_buffer_64"]],
])("of a size with 10 Gbit/s the curve %j misses %j, whatever the criteria say", (values, missed) => {
  const made = evaluation({ groups: [{ metrics: [{ name: "throughput_in_gbps_conn_1_buffer_64", min_value: 1e6 }] }] });
  const metrics = values.map((value, index) => higher(`throughput_in_gbps_conn_${2 ** index}_buffer_64`, value));
  const told = made.evaluate(result(metrics, { bandwidthGbps: 10 }));
  expect(told.filter(({ isMet }) => !isMet).map(({ name }) => name)).toEqual(missed);
  expect(told).toHaveLength(values.length + 1);
});

test("a curve goes from few connections to many, in whatever order they were measured", () => {
  const metrics = [
    higher("throughput_in_gbps_conn_16", 9.6),
    higher("throughput_in_gbps_conn_2", 5),
    higher("throughput_in_gbps_conn_128", 9.5),
  ];
  expect(missedText(evaluation({}).evaluate(result(metrics, { bandwidthGbps: 10 })))).toBeUndefined();
});

test("the drop that is allowed behind the best can be wider", () => {
  const metrics = [9.5, 8].map((value, index) => higher(`tx_throughput_in_gbps_conn_${index}`, value));
  const told = evaluation({}, { drop: 0.2 }).evaluate(result(metrics, { bandwidthGbps: 10 }));
  expect(missedText(told)).toBeUndefined();
});

test("what is missed is told with its unit, and long lists are cut", () => {
  const made = evaluation({ perf_nvme: Object.fromEntries(names(12).map((name) => [name, { min_value: 5 }])) });
  const metrics = names(12).map((name) => ({ name, value: 1, unit: "1/s" }));
  expect(missedText(made.evaluate(result(metrics.slice(0, 1))))).toBe(
    "1 of 1 metrics miss their criteria. m0 (1/s): 1 is below the minimum 5.",
  );
  expect(missedText(made.evaluate(result(metrics)))).toMatch(/^12 of 12 .* And 2 more\.$/);
});

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

test.each<[unknown, readonly string[]]>([
  ["text", ["'the criteria' must be a mapping."]],
  [{ groups: 3 }, ["'groups' must be a list."]],
  [{ groups: [{ metrics: [{ min_value: 1 }] }] }, ["'groups[0].metrics[0].name' must be the name of a metric."]],
  [{ statistics_times: 0 }, ["'statistics_times' must be a whole number from 1 on."]],
  [{ statistics_type: "mean" }, ["'statistics_type' must be one of average, median, min, max."]],
  [{ error_threshold: -1 }, ["'error_threshold' must not be below 0."]],
  [{ perf: { iops: { min_value: "many" } } }, ["'perf.iops.min_value' must be a number."]],
  [{ perf: 4 }, ["'perf' must be a mapping."]],
  [{ groups: [7], perf: [] }, ["'groups[0]' must be a mapping.", "'perf' must be a mapping."]],
])("criteria that are wrong are told all at once: %j", (given, expected) => {
  const problems: string[] = [];
  readCriteria(given, problems);
  expect(problems).toEqual(expected);
});
