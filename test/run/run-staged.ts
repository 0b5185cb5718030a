import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeCombinator } from "../../packages/assay/src/combinators/make-combinator.ts";
import { checkedRunbook } from "../../packages/assay/src/engine/checked-runbook.ts";
import { OpenRunbookFile } from "../../packages/assay/src/engine/runbook-file.ts";
import { readJournal, readWholeLines } from "../../packages/assay/src/events/journal.ts";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import type { CircuitSettings } from "../../packages/assay/src/run/health/circuit.ts";
import { PastRun } from "../../packages/assay/src/run/resume/past-run.ts";
import type { RunReport } from "../../packages/assay/src/run/run.ts";
import { RunFolder } from "../../packages/assay/src/run/run-folder.ts";
import { runStages } from "../../packages/assay/src/run/run-stages.ts";
import type { Stage } from "../../packages/assay/src/run/stage.ts";
import { type CaseBody, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { findTransformer } from "../../packages/assay/src/transformers/registry.ts";

export interface StagedScenario {
  /** The runbook without its platform. */
  readonly runbook: string;
  readonly cases: Readonly<Record<string, CaseBody>>;
  readonly guests?: LocalGuests;
  /** The machines of each combination, in place of `guests`. */
  readonly guestsOf?: (variables: Stage["variables"]) => LocalGuests;
  readonly circuit?: Partial<CircuitSettings>;
  readonly signal?: AbortSignal;
  /** Journal of an earlier run, in whose folder this one goes on. */
  readonly goesOn?: string;
}

export interface StagedReport extends RunReport {
  readonly events: readonly RunEvent[];
  readonly folder: string;
  readonly guests: LocalGuests["guests"];
}

/** Runs a runbook with transformers and combinators the way the command line does, on machines that are shells of this host. */
export async function runStaged(scenario: StagedScenario): Promise<StagedReport> {
  const folder = mkdtempSync(join(tmpdir(), "assay-staged-"));
  const file = join(folder, "runbook.yml");
  writeFileSync(file, `name: staged\nplatform: [{ type: local }]\n${scenario.runbook}\n`);
  const made = suite("Staged", { area: "staged", about: "Staged." }, ({ test: define }) => {
    for (const [name, body] of Object.entries(scenario.cases)) define(name, { about: "A case.", priority: 1 }, body);
  });
  const { first, load, judge } = checkedRunbook(await OpenRunbookFile.open(file), {
    purpose: "run",
    warn: () => undefined,
  });
  const guests = scenario.guests ?? new LocalGuests();
  const signal = scenario.signal ?? new AbortController().signal;
  const { goesOn } = scenario;
  const past = goesOn === undefined ? undefined : PastRun.of(readWholeLines(goesOn));
  const report = await runStages({
    first,
    load,
    folder:
      goesOn === undefined
        ? RunFolder.create(join(folder, "runs"), "staged", new Date())
        : RunFolder.open(dirname(goesOn)),
    ...(past && { past }),
    notifiers: [],
    version: "0",
    host: {},
    signal,
    plan({ runbook }) {
      const plan = makePlan({ runbook, suites: [made], refuse: () => undefined });
      judge(plan.diagnostics);
      return plan;
    },
    makePlatform: async ({ variables }) => scenario.guestsOf?.(variables) ?? guests,
    ...(scenario.circuit && { circuit: scenario.circuit }),
    makeCombinator: async ({ runbook: { combinator } }) =>
      combinator && (await makeCombinator(combinator, async () => new LocalShell())),
    findTransformer,
  });
  return { ...report, events: readJournal(report.journal), folder, guests: guests.guests };
}
