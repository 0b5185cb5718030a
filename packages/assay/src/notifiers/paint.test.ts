import { expect, test } from "vitest";
import { wantsColour } from "./paint.ts";

test.each([
  ["a terminal", true, {}, true],
  ["a pipe", false, {}, false],
  ["NO_COLOR on a terminal", true, { NO_COLOR: "1" }, false],
  ["an empty NO_COLOR", true, { NO_COLOR: "" }, true],
  ["NO_COLOR and FORCE_COLOR", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  ["FORCE_COLOR in a pipe", false, { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0 on a terminal", true, { FORCE_COLOR: "0" }, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
])("%s", (_name, isTty, environment, wanted) => {
  expect(wantsColour(isTty, environment)).toBe(wanted);
});
