import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { htmlNotifier } from "../../packages/assay/src/notifiers/html/html-notifier.ts";
import { junitNotifier } from "../../packages/assay/src/notifiers/junit/junit-notifier.ts";
import { renderReport } from "../../packages/assay/src/notifiers/render-report.ts";
import { writeRealisticRun } from "./fixtures/realistic-run.ts";

test("a report made again from the journal is the one that the run wrote", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-again-"));
  onTestFinished(() => rmSync(runFolder, { recursive: true, force: true }));
  const notifiers = [htmlNotifier({ runFolder }), junitNotifier({ runFolder })];
  for (const event of writeRealisticRun(runFolder)) for (const notifier of notifiers) notifier.onEvent(event);
  for (const notifier of notifiers) await notifier.close();
  const summary = summarizeRun(readJournal(join(runFolder, "journal.ndjson")));
  for (const [format, file] of [
    ["html", "report.html"],
    ["junit", "junit.xml"],
  ] as const) {
    const written = readFileSync(join(runFolder, file), "utf8");
    expect(await renderReport(summary, format, { runFolder })).toBe(written);
  }
});
