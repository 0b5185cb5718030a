import { expect, test } from "vitest";
import { atLeast, atMost, figure, median } from "./figure.ts";
import { readOptions } from "./options.ts";
import { withResults } from "./results-file.ts";
import { markdownTable, textTable } from "./show.ts";

test("a figure is judged by its target, bounds included", () => {
  expect(figure("a", 2.5, "s", atMost(2.5))).toMatchObject({ ok: true, target: "≤ 2.5" });
  expect(figure("a", 2.6, "s", atMost(2.5)).ok).toBe(false);
  expect(figure("a", 39, "×", atLeast(40)).ok).toBe(false);
  expect(figure("a", Number.NaN, "s", atMost(1)).ok).toBe(false);
});

test("the median is the middle, or the mean of the two middle values", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test("tables name value, target and verdict", () => {
  const result = {
    bench: "fork",
    figures: [figure("first command", 2.1234, "s", atMost(2.5)), figure("forks", 20, "")],
  };
  expect(textTable(result)).toMatchInlineSnapshot(`
    "fork
      first command  2.12 s  ≤ 2.5 s  ok
      forks          20"
  `);
  expect(markdownTable(result)).toContain("| first command | 2.12 s | ≤ 2.5 s | ok |");
});

test("a benchmark's figures take the place of its earlier ones, and only of those", () => {
  const names = ["setup", "fork"];
  const save = (kept: string, bench: string, seconds: number, measuredOn: string) =>
    withResults(kept, [{ bench, figures: [figure("first command", seconds, "s")] }], { names, measuredOn });
  const both = save(save("", "fork", 2, "Monday."), "setup", 1, "Tuesday.");
  expect(both.indexOf("## setup")).toBeLessThan(both.indexOf("## fork"));
  const again = save(both, "fork", 3, "Wednesday.");
  expect(again).toBe(both.replace("Monday.", "Wednesday.").replace("2 s", "3 s"));
});

test("wrong arguments are told with what there is", () => {
  expect(readOptions(["fork", "--json"], ["fork"])).toEqual({ names: ["fork"], isJson: true, isSaved: false });
  expect(readOptions(["frok"], ["fork", "setup"])).toBe("There is no benchmark 'frok'. There are: fork, setup.");
  expect(readOptions(["--jsn"], ["fork"])).toContain("'--jsn'");
});
