import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeNotifiers } from "../../packages/assay/src/engine/make-notifiers.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { Extensions } from "../../packages/assay/src/extension/load-extension.ts";
import type { Notifier } from "../../packages/assay/src/notifiers/notifier.ts";
import { runScenario } from "../run/run-scenario.ts";
import { loadText } from "../runbook/load-text.ts";

/** All that write, at a place where nothing can be written. */
async function allAt(runFolder: string): Promise<readonly Notifier[]> {
  const { runbook } = await loadText(`platform: [{ type: local }]
testcase: [{ criteria: {} }]
notifier:
  - { type: file }
  - { type: env_stats }
  - { type: perfdump }
  - { type: perfevaluation, output_file: perf.json }
  - { type: azure_usage_counter }
  - { type: text_result }`);
  if (runbook === undefined) throw new Error("The runbook is wrong.");
  return makeNotifiers(runbook, new Extensions([]), runFolder, {});
}

const notices = (journal: string): readonly string[] =>
  [...readJournal(journal)].flatMap((event) => (event.type === "notice" ? event.text : []));

test("notifiers that cannot write are switched off, each told once, and the run is as good as ever", async () => {
  const notifiers = await allAt("/dev/null/nowhere");
  const report = await runScenario({ cases: { fine: async () => undefined }, session: { notifiers } });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 1 }, reports: new Map() });
  const told = notices(report.journal).map(
    (text) => /^The notifier '(\w+)' failed and was switched off: ENOTDIR/.exec(text)?.[1],
  );
  expect(new Set(told)).toEqual(new Set(notifiers.map(({ name }) => name)));
  expect(told).toHaveLength(8);
});

test("a full disk ends a notifier that writes as it goes, not the run", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-full-"));
  mkdirSync(join(runFolder, "environments"));
  symlinkSync("/dev/full", join(runFolder, "messages.log"));
  symlinkSync("/dev/full", join(runFolder, "environments/environment_stats.log.new"));
  const report = await runScenario({
    cases: { fine: async () => undefined },
    session: { notifiers: await allAt(runFolder) },
  });
  expect(report).toMatchObject({ exitCode: 0, counts: { passed: 1 } });
  expect(notices(report.journal)).toEqual([
    expect.stringMatching(/^The notifier 'file' failed and was switched off: ENOSPC/),
    expect.stringMatching(/^The notifier 'env_stats' failed and was switched off: ENOSPC/),
  ]);
  expect([...report.reports.keys()]).toEqual([
    "html",
    "junit",
    "perfdump",
    "perfevaluation",
    "azure_usage_counter",
    "text_result",
  ]);
});

test("a notifier that throws at every word harms nothing", async () => {
  const throws = (): never => {
    throw new Error("no ink");
  };
  const notifiers: Notifier[] = [
    { name: "mute", onEvent: throws, close: throws },
    { name: "late", onEvent: () => undefined, close: throws },
  ];
  const report = await runScenario({ cases: { fine: async () => undefined }, session: { notifiers } });
  expect(report.exitCode).toBe(0);
  expect(notices(report.journal)).toEqual([
    "The notifier 'mute' failed and was switched off: no ink",
    "The notifier 'late' failed and was switched off: no ink",
  ]);
});
