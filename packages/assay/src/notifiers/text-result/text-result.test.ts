import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { textResultNotifier } from "./text-result-notifier.ts";

const result = { resultId: "S.a[image=x]#1", suite: "S", case: "a" };
const events: readonly EventBody[] = [
  {
    type: "run-started",
    run: "r1",
    name: "n",
    version: "0",
    runbook: "r.yml",
    platform: "local",
    host: {},
    plan: [],
    excluded: [],
  },
  { type: "case-started", ...result, environment: "e", folder: "cases/x" },
  { type: "case-subtest", ...result, name: "part", status: "PASSED", message: "", durationMs: 5 },
  {
    type: "case-finished",
    ...result,
    status: "FAILED",
    message: "3 is not 4",
    durationMs: 10,
    rebootMs: 0,
    environment: "e",
  },
];

test.each([true, false])("the summary is a text file; parts of cases are named: %s", async (hasSubtests) => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-text-result-"));
  const notifier = textResultNotifier({ runFolder, hasSubtests });
  for (const [seq, body] of events.entries()) notifier.onEvent({ ...body, seq, at: "2026-01-01T00:00:00.000Z" });
  const file = join(runFolder, "lisa-r1-result.txt");
  expect(await notifier.close()).toEqual([file]);
  const lines = readFileSync(file, "utf8").split("\n");
  expect(lines[0]).toMatch(/^FAILED\s+S\.a\[image=x\]#1\s+10 ms$/);
  expect(lines.some((line) => /PASSED\s+part 5 ms/.test(line))).toBe(hasSubtests);
  expect(lines.join("\n")).toContain("3 is not 4");
  expect(lines.join("\n")).toContain("evidence: ./cases/x");
});
