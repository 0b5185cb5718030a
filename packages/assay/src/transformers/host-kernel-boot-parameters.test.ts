import { expect, test } from "vitest";
import { missingParameters } from "./host-kernel-boot-parameters.ts";

test.each([
  ["ro quiet crashkernel=512M", ["quiet", "crashkernel=512M"], []],
  ["ro a=1 a=2", ["a=2"], []],
  ["ro a=2 a=1", ["a=2"], ["a=2"]],
  ["ro", ["quiet"], ["quiet"]],
])("of %j the words %j lack %j", (commandLine, words, wanted) => {
  expect(missingParameters(commandLine, words)).toEqual(wanted);
});
