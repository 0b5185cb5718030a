import { expect, test } from "vitest";
import { clipEnd, clipMiddle, clipStart } from "./clip.ts";

test("clipping says what is missing and keeps what fits", () => {
  expect(clipMiddle("abc", 3)).toBe("abc");
  expect(clipMiddle("0123456789", 4)).toBe("0\n… 6 characters cut …\n789");
  expect(clipStart("0123456789", 4)).toBe("… 6 characters cut …\n6789");
  expect(clipStart(`${"x".repeat(50)}\n${"y".repeat(40)}`, 42)).toBe(`… 51 characters cut …\n${"y".repeat(40)}`);
  expect(clipEnd("0123456789", 4)).toBe("012…");
});
