import { expect, test } from "vitest";
import { declareRunCommand, type RunCommandOptions, runOptionsOf } from "./run-options.ts";

const parse = (...given: readonly string[]): RunCommandOptions =>
  declareRunCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(given, { from: "user" })
    .opts();

test.each<[readonly string[], object]>([
  [[], {}],
  [["--image", "debian-12", "-l", "out", "-i", "nightly"], { image: "debian-12", logPath: "out", id: "nightly" }],
  [["--record"], { record: true }],
  [["--diagnostics", "0"], { diagnosticsMs: 0 }],
  [["--diagnostics", "2.5"], { diagnosticsMs: 2500 }],
  [["--pollution", "on"], { pollution: "on" }],
  [["--repeat-failures", "10"], { repeatFailures: 10 }],
])("%j", (given, wanted) => {
  expect(runOptionsOf(parse(...given))).toEqual({ record: false, ...wanted });
});

test.each([
  ["--diagnostics", "-1"],
  ["--diagnostics", ""],
  ["--diagnostics", "Infinity"],
  ["--pollution", "sometimes"],
  ["--repeat-failures", "1.5"],
  ["--repeat-failures", "x"],
])("%s %j is refused", (...given) => {
  expect(() => parse(...given)).toThrow(/is invalid/);
});
