import { expect, test } from "vitest";
import { UsageError } from "../../../errors/catalogue.ts";
import type { LinkQuality } from "../../../features/private-network.ts";
import { checkQuality } from "./check-quality.ts";

test.for<LinkQuality>([
  {},
  { latencyMs: 10, reorderPercent: 25, jitterMs: 3 },
  { lossPercent: 100, duplicatePercent: 0, corruptPercent: 0.5 },
  { bitsPerSecond: 1_000_000 },
])("a link can have %o", (quality) => {
  expect(() => checkQuality(quality)).not.toThrow();
});

test.for<readonly [object, string]>([
  [{ lossPercent: 101 }, "'lossPercent: 101'"],
  [{ latencyMs: -1 }, "'latencyMs: -1'"],
  [{ jitterMs: Number.NaN }, "'jitterMs: NaN'"],
  [{ bitsPerSecond: 0 }, "'bitsPerSecond: 0'"],
  [{ latency: 1 }, "'latency' is no quality"],
  [{ reorderPercent: 5 }, "without latency"],
])("a link cannot have %o", ([quality, message]) => {
  expect(() => checkQuality(quality)).toThrow(UsageError);
  expect(() => checkQuality(quality)).toThrow(message);
});
