import { expect, test } from "vitest";
import { suite } from "./suite.ts";

test.each(["beforeSuite", "afterSuite", "before_suite", "after_suite"])("a suite with '%s' is refused", (hook) => {
  const definition = { area: "a", about: "b", [hook]: async () => undefined };
  expect(() => suite("S", definition, () => undefined)).toThrow(`Suite 'S' has '${hook}', which never runs.`);
});
