import { UsageError } from "../../../errors/catalogue.ts";
import type { LinkQuality } from "../../../features/private-network.ts";

/** Timers hold no longer ones; they would end at once. */
const MAX_MS = 2 ** 30;

const PERCENT = { least: 0, most: 100, unit: " %" };
const TIME = { least: 0, most: MAX_MS, unit: " ms" };

const BOUNDS: { readonly [K in keyof Required<LinkQuality>]: { least: number; most: number; unit: string } } = {
  latencyMs: TIME,
  jitterMs: TIME,
  lossPercent: PERCENT,
  duplicatePercent: PERCENT,
  corruptPercent: PERCENT,
  reorderPercent: PERCENT,
  bitsPerSecond: { least: 1000, most: 1e12, unit: "" },
};

/** Throws UsageError for a quality that no link can have. */
export function checkQuality(quality: LinkQuality): void {
  for (const [key, value] of Object.entries(quality)) {
    if (value === undefined) continue;
    const bounds = Object.hasOwn(BOUNDS, key) ? BOUNDS[key as keyof LinkQuality] : undefined;
    if (bounds === undefined) {
      throw new UsageError(`'${key}' is no quality of a link.`, {
        help: `There are ${Object.keys(BOUNDS).join(", ")}.`,
      });
    }
    const { least, most, unit } = bounds;
    if (typeof value === "number" && value >= least && value <= most) continue;
    throw new UsageError(`A link cannot have '${key}: ${String(value)}'.`, {
      help: `Give a number from ${least} to ${most}${unit}.`,
    });
  }
  const { latencyMs = 0, reorderPercent = 0 } = quality;
  if (reorderPercent > 0 && latencyMs === 0) {
    throw new UsageError("Frames cannot overtake others on a link without latency.", {
      help: "Give 'latencyMs' with 'reorderPercent'.",
    });
  }
}
