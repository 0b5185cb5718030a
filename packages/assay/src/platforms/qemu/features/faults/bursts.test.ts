import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Bursts } from "./bursts.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Halts for `share` of `forMs`, and gives how long it was halted. */
function halted(share: number, forMs: number): { readonly ms: number; readonly isHalted: boolean } {
  let ms = 0;
  let since: number | undefined;
  const bursts = new Bursts(share, (isHalted) => {
    if (isHalted) since = performance.now();
    else if (since !== undefined) ms += performance.now() - since;
    if (!isHalted) since = undefined;
    return true;
  });
  vi.advanceTimersByTime(forMs);
  bursts.end();
  vi.advanceTimersByTime(1000);
  return { ms, isHalted: since !== undefined };
}

test.each([0.1, 0.5, 0.95])("a share of %d is taken away, and nothing after the end", (share) => {
  const { ms, isHalted } = halted(share, 10_000);
  expect(ms / 10_000).toBeCloseTo(share, 1);
  expect(isHalted).toBe(false);
});

test("what has ended by itself is not halted again", () => {
  let calls = 0;
  new Bursts(0.5, () => {
    calls++;
    return false;
  });
  vi.advanceTimersByTime(10_000);
  expect(calls).toBe(1);
});
