import { expect, test } from "vitest";
import type { EventBody } from "../events/types.ts";
import { measuredResults, whereMeasured } from "./measured.ts";

test.each([
  [{}, { vmSize: "unknown" }],
  [{ vmsize: "" }, { vmSize: "unknown" }],
  [
    { vmsize: "D2", max_network_bandwidth_gbps: "12.5" },
    { vmSize: "D2", bandwidthGbps: 12.5 },
  ],
  [{ vmsize: "D2", max_network_bandwidth_gbps: "unknown" }, { vmSize: "D2" }],
])("the facts %j say %j", (facts, where) => {
  expect(whereMeasured(facts)).toEqual(where);
});

const identity = (name: string) => ({ resultId: `S.${name}`, suite: "S", case: name });
const begun = (name: string): EventBody => ({ type: "case-started", ...identity(name), environment: "e", folder: "f" });
const metric = (name: string, value: number): EventBody => ({
  type: "case-metric",
  ...identity(name),
  name: "iops",
  value,
  unit: "1/s",
});
const ended = (name: string, isCutOff = false): EventBody => ({
  type: "case-finished",
  ...identity(name),
  ...{ status: "FAILED", message: "", durationMs: 1, rebootMs: 0, environment: "e", ...(isCutOff && { isCutOff }) },
});

test("what counts are the last attempts of results that are final, in the order in which they ended", () => {
  const story: EventBody[] = [
    { type: "environment-ready", environment: "e", elapsedMs: 1, facts: { vmsize: "D2" }, nodes: ["n"] },
    begun("a"),
    metric("a", 1),
    begun("b"),
    metric("b", 2),
    begun("cut-off"),
    metric("cut-off", 3),
    ended("cut-off", true),
    begun("in-flight"),
    metric("in-flight", 4),
    ended("b"),
    begun("a"),
    metric("a", 5),
    metric("a", 6),
    ended("a"),
    begun("silent"),
    ended("silent"),
  ];
  const results = measuredResults(story.map((body, index) => ({ ...body, seq: index + 1, at: "" })));
  expect(results.map(({ case: name, vmSize, metrics }) => [name, vmSize, metrics.map(({ value }) => value)])).toEqual([
    ["b", "D2", [2]],
    ["a", "D2", [5, 6]],
  ]);
});
