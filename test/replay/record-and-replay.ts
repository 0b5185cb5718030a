import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { RECORDING_FILE, type Recording } from "../../packages/assay/src/recording/format.ts";
import { readRecording } from "../../packages/assay/src/recording/recording-file.ts";
import { type Replayed, replayCase } from "../../packages/assay/src/run/replay-case.ts";
import { refusal } from "../../packages/assay/src/run/requirement.ts";
import { type RunReport, run } from "../../packages/assay/src/run/run.ts";
import { RunFolder } from "../../packages/assay/src/run/run-folder.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import { type Case, type CaseBody, type SuiteDefinition, suite } from "../../packages/assay/src/suite/suite.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";

export interface Recorded {
  readonly report: RunReport;
  readonly platform: LocalGuests;
  /** Of the recording. */
  readonly path: string;
  readonly recording: Recording;
}

export interface RecordOptions {
  /** Lines of the runbook, and those of its 'testcase'. */
  readonly runbook?: string;
  readonly testcase?: string;
  readonly timeoutMs?: number;
  readonly afterCase?: SuiteDefinition["afterCase"];
  readonly nodes?: number;
  /** Called before the machine is made. */
  readonly onPlatform?: (platform: LocalGuests) => void;
}

/** A suite of one case, defined here and now. */
export function caseOf(body: CaseBody, { timeoutMs, afterCase, nodes }: RecordOptions = {}): Case {
  const made = suite("Recorded", { area: "test", about: "One case.", ...(afterCase && { afterCase }) }, ({
    test: define,
  }) => {
    const more = { ...(timeoutMs && { timeoutMs }), ...(nodes && { requires: { nodes } }) };
    define("case", { about: "A case.", priority: 1, ...more }, body);
  });
  const [only] = made.cases;
  if (only === undefined) throw new Error("The suite has no case.");
  return only;
}

/** Runs a case with `--record`, on machines that are shells of this host. */
export async function record(body: CaseBody, options: RecordOptions = {}): Promise<Recorded> {
  const platform: LocalGuests = new LocalGuests({ ...options, onDeploy: () => options.onPlatform?.(platform) });
  const text = [
    "name: recorded",
    "platform: [{ type: local }]",
    options.runbook ?? "",
    "testcase:",
    options.testcase ?? "  - criteria: {}",
  ];
  const { runbook, diagnostics } = await loadRunbook("/recorded.yml", { readText: async () => text.join("\n") });
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics));
  const folder = RunFolder.create(mkdtempSync(join(tmpdir(), "assay-record-")), "recorded", new Date());
  const suites = [caseOf(body, options).suite];
  const report = await run({
    runbook,
    plan: makePlan({ runbook, suites, refuse: (each) => refusal(platform, each) }),
    platform,
    folder,
    notifiers: [],
    version: "0",
    host: {},
    signal: new AbortController().signal,
    isRecording: true,
  });
  const [result] = report.results;
  const path = join(folder.path, "cases", result?.resultId ?? "", RECORDING_FILE);
  return { report, platform, path, recording: await readRecording(path) };
}

/** Replays `body` as the case's present code. */
export async function replay(recording: Recording, body: CaseBody, options: RecordOptions = {}): Promise<Replayed> {
  return await replayCase(recording, caseOf(body, options), new AbortController().signal);
}
