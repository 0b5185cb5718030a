import { expect, test } from "vitest";
import { recordedOptions, recordOptions } from "./recorded-options.ts";

test("options come back as they were recorded", () => {
  const options = {
    image: "debian-12",
    record: true,
    diagnosticsMs: 1500,
    pollution: "off",
    repeatFailures: 3,
    schedule: "cost",
    hostLimit: { memoryMb: 2048, cpus: 1.5 },
  } as const;
  const loading = { platform: "qemu", isCompatible: true };
  expect(recordedOptions(recordOptions(options, loading))).toEqual({ ...options, ...loading });
  expect(recordedOptions(recordOptions({}, {}))).toEqual({ record: false });
});

test("what an older version wrote is read, and what is no option is left out", () => {
  const written = { record: true, case: "x", diagnostics: 20, pollution: "sometimes", image: 3 };
  expect(recordedOptions(written)).toEqual({ record: true, diagnosticsMs: 20_000 });
});
