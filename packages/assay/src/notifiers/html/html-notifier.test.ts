import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { pageDetails } from "../../testing/page-details.ts";
import { htmlNotifier } from "./html-notifier.ts";

const result = { resultId: "S.a", suite: "S", case: "a" };
const STORY: readonly EventBody[] = [
  { type: "case-started", ...result, environment: "e", folder: "cases/S.a" },
  { type: "case-finished", ...result, status: "PASSED", message: "", durationMs: 1, rebootMs: 0, environment: "e" },
];

test.each([
  [undefined, "report.html", "./"],
  ["out/mine.html", "out/mine.html", "./../"],
])("the links of the report %s lead to the run's files", async (fileName, path, prefix) => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-html-"));
  mkdirSync(join(runFolder, "cases/S.a"), { recursive: true });
  writeFileSync(join(runFolder, "cases/S.a/case.log"), "hello\n");
  const notifier = htmlNotifier({ runFolder, ...(fileName === undefined ? {} : { fileName }) });
  for (const [seq, body] of STORY.entries()) notifier.onEvent({ ...body, seq, at: "2026-01-01T00:00:00.000Z" });
  expect(await notifier.close()).toEqual([join(runFolder, path)]);
  const page = readFileSync(join(runFolder, path), "utf8");
  expect(page).toContain(`href="${prefix}journal.ndjson"`);
  expect(pageDetails(page)).toContain(`"href":"${prefix}cases/S.a/case.log"`);
});

test("of a thousand long messages the page holds the first ones whole, and all of them with the details", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-html-"));
  const notifier = htmlNotifier({ runFolder });
  const message = (index: number): string => `${index} went wrong: ${"x".repeat(2000)} the end of ${index}.`;
  for (let index = 0; index < 1000; index += 1) {
    const identity = { resultId: `S.c#${index}`, suite: "S", case: "c" };
    const end = { status: "FAILED", message: message(index), durationMs: 1, rebootMs: 0, environment: "e" } as const;
    notifier.onEvent({ type: "case-finished", ...identity, ...end, seq: index + 1, at: "2026-01-01T00:00:00.000Z" });
  }
  const [path = ""] = await notifier.close();
  const page = readFileSync(path, "utf8");
  const details: readonly { readonly message: string }[] = JSON.parse(pageDetails(page));
  for (const [index, isWhole] of [
    [0, true],
    [480, true],
    [520, false],
    [999, false],
  ] as const) {
    expect(page).toContain(`${index} went wrong: xxx`);
    expect(page.includes(`the end of ${index}.`)).toBe(isWhole);
    expect(details[index]?.message).toBe(isWhole ? "" : message(index));
  }
});
