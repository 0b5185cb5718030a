import { expect, test } from "vitest";
import { superfluous } from "./bound.ts";

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
const template = (key: string, hoursAgo: number, isInUse = false) => ({
  ...{ key, bytes: 100, isInUse },
  usedAtMs: NOW - hoursAgo * HOUR,
});

test.each([
  ["all that fit are left", [template("old", 50), template("new", 2)], 200, []],
  [
    "the one unused the longest goes first",
    [template("new", 2), template("old", 50), template("mid", 9)],
    200,
    ["old"],
  ],
  ["one on which a machine stands is left", [template("new", 2), template("old", 50, true)], 100, ["new"]],
  ["one that was used just now is left", [template("new", 0.5), template("old", 50)], 0, ["old"]],
  ["without room all others go", [template("new", 2), template("old", 50)], 0, ["old", "new"]],
])("%s", (_, kept, bound, expected) => {
  expect(superfluous(kept, bound, NOW)).toEqual(expected);
});
