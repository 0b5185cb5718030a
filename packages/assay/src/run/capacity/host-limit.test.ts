import { expect, test } from "vitest";
import { UsageError } from "../../errors/catalogue.ts";
import { hostLimitText, parseHostLimit } from "./host-limit.ts";

test.each([
  ["auto", "auto"],
  [" OFF ", "off"],
  ["512,1", { memoryMb: 512, cpus: 1 }],
  ["8G,4", { memoryMb: 8192, cpus: 4 }],
  ["1.5 GiB, 0.5", { memoryMb: 1536, cpus: 0.5 }],
  ["700MB,2", { memoryMb: 700, cpus: 2 }],
])("'%s' is a limit", (text, expected) => {
  const limit = parseHostLimit(text, "--host-limit");
  expect(limit).toEqual(expected);
  expect(parseHostLimit(hostLimitText(limit), "again")).toEqual(limit);
});

test.each(["", "8G", "8G,", ",4", "0,4", "8G,0", "8X,4", "-1,2", "1,2,3", "on"])("'%s' is none", (text) => {
  expect(() => parseHostLimit(text, "--host-limit")).toThrow(UsageError);
});
