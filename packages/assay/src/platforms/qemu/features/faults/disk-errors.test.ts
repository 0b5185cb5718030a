import { expect, test } from "vitest";
import { UsageError } from "../../../../errors/catalogue.ts";
import type { DiskErrors } from "../../../../features/disk-faults.ts";
import { debugRules } from "./disk-errors.ts";

test("without more all operations fail, also those that count as writes", () => {
  const { "inject-error": rules, "set-state": states } = debugRules({});
  expect(rules.map(({ iotype }) => iotype)).toEqual(["read", "write", "write-zeroes", "discard", "flush"]);
  expect(rules.every(({ errno, event, once }) => errno === 5 && event === "none" && once === undefined)).toBe(true);
  expect(states).toBeUndefined();
});

test("a rate goes round a period in which the failures are spread evenly", () => {
  const { "inject-error": rules, "set-state": states } = debugRules({ on: ["read"], ratePercent: 40 });
  expect(rules.map(({ state, errno }) => [state, errno])).toEqual([
    [1, 0],
    [2, 0],
    [3, 5],
    [4, 0],
    [5, 5],
  ]);
  expect(states?.map(({ state, new_state: next }) => [state, next])).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 1],
  ]);
});

test.each([1, 7, 25, 33, 50, 99])("of a hundred operations %i fail", (ratePercent) => {
  const { "inject-error": rules } = debugRules({ on: ["write"], ratePercent });
  const failing = rules.filter(({ errno }) => errno !== 0).length;
  expect((failing * 100) / rules.length).toBe(ratePercent);
});

test("a count is a rule for each failure, on the sector that is named", () => {
  expect(debugRules({ on: ["write"], count: 2, sector: 9 })).toEqual({
    "inject-error": [
      { event: "none", iotype: "write", errno: 5, once: true, sector: 9 },
      { event: "none", iotype: "write", errno: 5, once: true, sector: 9 },
    ],
  });
});

test.each<[DiskErrors, string]>([
  [{ on: [] }, "'on' names no operation of a disk"],
  [{ ratePercent: 0 }, "'ratePercent' is 0"],
  [{ ratePercent: 12.5 }, "'ratePercent' is 12.5"],
  [{ count: 0 }, "'count' is 0"],
  [{ on: ["read"], sector: -1 }, "'sector' is -1"],
  [{ on: ["read"], count: 1, ratePercent: 50 }, "'count' and 'ratePercent' exclude each other"],
  [{ sector: 1 }, "a flush has no 'sector'"],
])("%o is refused", (errors, problem) => {
  expect(() => debugRules(errors)).toThrow(UsageError);
  expect(() => debugRules(errors)).toThrow(problem);
});
