import { expect, test } from "vitest";
import { toldMessage } from "./told-message.ts";

test.each([
  ["a", undefined, "a"],
  ["warning: close", "close", "warning: close"],
  ["", "close", "close"],
  ["a", "close", "a\nclose"],
])("the message %j and the warning %j are told as %j", (message, warning, told) => {
  expect(toldMessage({ message, warning })).toBe(told);
});
