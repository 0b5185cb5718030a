import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
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
  const journal = readJournal(join(runFolder, "journal.ndjson"));
  expect(await renderReport(journal, runFolder, "html")).toBe(readFileSync(join(runFolder, "report.html"), "utf8"));
  expect(await renderReport(journal, runFolder, "junit")).toBe(readFileSync(join(runFolder, "junit.xml"), "utf8"));
});
