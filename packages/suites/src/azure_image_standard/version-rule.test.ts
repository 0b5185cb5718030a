import { expect, test } from "vitest";
import floors from "./version-floors.json" with { type: "json" };
import { compareVersions, judgeVersion } from "./version-rule.ts";

test("versions compare number by number, a dash is a dot", () => {
  expect(compareVersions("3.10", "3.9")).toBeGreaterThan(0);
  expect(compareVersions("3.9", "3.9.0")).toBe(0);
  expect(compareVersions("1.6.8-0", "1.6.8.1")).toBeLessThan(0);
  expect(compareVersions("1.6.8-1", "1.6.8.1")).toBe(0);
});

test("below the floor fails, unless the vendor still keeps exactly that version", () => {
  expect(judgeVersion("OpenSSL", "3.0.17", floors.openssl)).toEqual({ kind: "good" });
  expect(judgeVersion("OpenSSL", "1.1.1", floors.openssl)).toEqual({ kind: "good" });
  expect(judgeVersion("OpenSSL", "1.1.0", floors.openssl)).toEqual({
    kind: "too-old",
    reason: "The OpenSSL version 1.1.0 is lower than the required version 3.0.0.",
  });
});

test("between this floor and the next one is a warning with the day", () => {
  expect(judgeVersion("Python", "3.9.2", floors.python)).toEqual({
    kind: "good-with-warning",
    warning: "The Python version 3.9.2 is no longer enough from 2025-10-31 on: 3.10 is needed then.",
  });
  expect(judgeVersion("Python", "3.10.0", floors.python)).toEqual({ kind: "good" });
  expect(judgeVersion("Python", "2.7.18", floors.python).kind).toBe("too-old");
});
