import { expect, test } from "vitest";
import type { LinkQuality } from "../../../features/private-network.ts";
import { Impairment } from "./impairment.ts";

/** When frames come out that are sent at the given times; `dice` are what chance says, and 0.5 when they are used up. */
function arrivals(quality: LinkQuality, sentAtMs: readonly number[], dice: readonly number[] = [], bytes = 1000) {
  const left = dice.values();
  const impairment = new Impairment(quality, () => left.next().value ?? 0.5);
  return sentAtMs.map((nowMs) => impairment.passages(bytes, nowMs).map(({ atMs }) => atMs));
}

const cases: readonly [string, LinkQuality, readonly number[], readonly number[], readonly (readonly number[])[]][] = [
  ["nothing is changed without a quality", {}, [1, 2], [], [[1], [2]]],
  ["lost are those that the dice say", { lossPercent: 30 }, [0, 0, 0], [0.29, 0.3, 0.9], [[], [0], [0]]],
  ["latency holds for each", { latencyMs: 20 }, [0, 5], [], [[20], [25]]],
  [
    "jitter goes up and down, and no frame overtakes another",
    { latencyMs: 20, jitterMs: 10 },
    [0, 1, 50],
    [1, 0, 0],
    [[30], [30], [60]],
  ],
  ["no frame arrives before it is sent", { latencyMs: 5, jitterMs: 10 }, [100], [0], [[100]]],
  ["copies come right behind", { duplicatePercent: 50, latencyMs: 3 }, [0, 0], [0.4, 0.6], [[3, 3], [3]]],
  ["what is out of order does not wait", { latencyMs: 20, reorderPercent: 50 }, [0, 1], [0.6, 0.4], [[20], [1]]],
  [
    "frames wait for each other where the rate is small",
    { bitsPerSecond: 80_000 },
    [0, 0, 500],
    [],
    [[100], [200], [600]],
  ],
  ["the queue holds a second", { bitsPerSecond: 10_000 }, [0, 0, 0], [], [[800], [1600], []]],
  [
    "a copy takes its part of the rate",
    { bitsPerSecond: 80_000, duplicatePercent: 100 },
    [0, 0],
    [],
    [
      [100, 200],
      [300, 400],
    ],
  ],
];
test.for(cases)("%s", ([, quality, sent, dice, expected]) => {
  expect(arrivals(quality, sent, dice)).toEqual(expected);
});

test("which frames are spoilt is told", () => {
  const dice = [0.1, 0.9].values();
  const impairment = new Impairment({ corruptPercent: 50 }, () => dice.next().value ?? 0);
  const spoilt = [0, 0].flatMap((nowMs) => impairment.passages(60, nowMs).map(({ isCorrupt }) => isCorrupt));
  expect(spoilt).toEqual([true, false]);
});
