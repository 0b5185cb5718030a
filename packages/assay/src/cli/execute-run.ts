import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { makeCombinator } from "../combinators/make-combinator.ts";
import { UsageError } from "../errors/catalogue.ts";
import { hostFacts } from "../host/facts.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import { makePlatform } from "../run/make-platform.ts";
import { refusal } from "../run/requirement.ts";
import { type RunReport, run } from "../run/run.ts";
import { RunFolder } from "../run/run-folder.ts";
import { runStages } from "../run/run-stages.ts";
import { connectMachine } from "../run/transform/connect-machine.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { Runbook } from "../runbook/types.ts";
import { findTransformer } from "../transformers/registry.ts";
import { aftercareOf } from "./aftercare-options.ts";
import { DEFAULT_RUNBOOK } from "./default-runbook.ts";
import { extensionCombinator, extensionPlatform } from "./extension-parts.ts";
import { type CheckedRunbook, loadChecked } from "./load-checked.ts";
import { makeNotifiers } from "./make-notifiers.ts";
import type { RunCommandOptions } from "./run-options.ts";
import { version } from "./version.ts";

/** What the command line gives a run, and where it speaks. */
export interface RunRequest {
  /** Names of cases; without them the runbook selects. */
  readonly cases: readonly string[];
  readonly options: RunCommandOptions;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Loads a runbook and runs it. Throws UsageError for what is wrong with it or with the options. */
export async function executeRun(request: RunRequest): Promise<RunReport> {
  const { cases, options, say } = request;
  const checked = await loadChecked(
    options.runbook ?? DEFAULT_RUNBOOK,
    {
      purpose: "run",
      variables: options.variable,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    },
    say,
  );
  const { runbook, extensions, judge } = checked;
  checkOptions(options, runbook);
  // Cases are checked before the image, so that a misspelt name costs no build.
  const draft = makePlan({ runbook, suites: extensions.suites, only: cases, refuse: () => undefined });
  const isStaged = runbook.combinator !== undefined || (runbook.transformers ?? []).length > 0;
  if (!isStaged) {
    judge(draft.diagnostics);
    return await runAtOnce(request, checked);
  }
  // While values are still to come, what filters choose and whether they contradict each other is not known.
  judge(draft.diagnostics.filter(({ severity, code }) => severity === "error" && code !== "X03"));
  return await runInStages(request, checked);
}

function checkOptions(options: RunCommandOptions, runbook: Runbook): void {
  if (options.image !== undefined && runbook.platform.type !== "qemu") {
    throw new UsageError(`The platform '${runbook.platform.type}' takes no image.`, {
      help: "Leave --image out, or choose --platform qemu.",
    });
  }
  const folder = options.id === undefined ? undefined : resolve(rootOf(options), options.id);
  if (folder !== undefined && existsSync(folder)) {
    throw new UsageError(`The run folder '${folder}' exists.`, { help: "Choose another --id." });
  }
}

const rootOf = (options: RunCommandOptions): string => resolve(options.log_path ?? "runs");

/** A runbook whose plan is known before anything runs: everything about it is checked before there is a run folder. */
async function runAtOnce(request: RunRequest, checked: CheckedRunbook): Promise<RunReport> {
  const { runbook } = checked;
  const now = new Date();
  await using platform = await platformOf(runbook, request, checked, runIdOf(now));
  const plan = planOf(runbook, platform, request, checked);
  return await run({ ...openRun(request, checked, now), plan, platform });
}

async function runInStages(request: RunRequest, checked: CheckedRunbook): Promise<RunReport> {
  const { first, load, extensions, judge } = checked;
  const now = new Date();
  return await runStages({
    ...openRun(request, checked, now),
    first,
    load,
    makePlatform: ({ runbook }) => platformOf(runbook, request, checked, runIdOf(now)),
    plan({ runbook }, platform) {
      const plan = planOf(runbook, platform, request, checked);
      judge(plan.diagnostics);
      return plan;
    },
    makeCombinator: ({ runbook }) => combinatorOf(runbook, request, checked),
    findTransformer: async (type) => extensions.find("transformer", type) ?? (await findTransformer(type)),
  });
}

/** Marks what the platform makes for this run. */
const runIdOf = (now: Date): string => `${process.pid}-${now.getTime()}`;

function openRun({ options, signal }: RunRequest, { runbook, extensions }: CheckedRunbook, now: Date) {
  const folder = RunFolder.create(rootOf(options), runbook.name, now, options.id);
  const notifiers = makeNotifiers(runbook, extensions, folder.path);
  return {
    runbook,
    folder,
    notifiers,
    version: version(),
    host: hostFacts(),
    signal,
    isRecording: options.record,
    aftercare: aftercareOf(options),
  };
}

function planOf(
  runbook: Runbook,
  platform: Platform,
  { cases }: RunRequest,
  { extensions: { suites } }: CheckedRunbook,
): Plan {
  return makePlan({ runbook, suites, only: cases, refuse: (testCase) => refusal(platform, testCase, runbook) });
}

async function platformOf(
  runbook: Runbook,
  { options, say, signal }: RunRequest,
  { extensions }: CheckedRunbook,
  runId: string,
): Promise<Platform> {
  const added = await extensionPlatform(extensions, runbook, { runId, signal });
  if (added !== undefined) return added;
  return await makePlatform({
    runbook,
    image: options.image,
    run: runId,
    signal,
    progress: ({ step, detail, elapsedMs }) => {
      const took = elapsedMs === undefined ? "…" : ` ${(elapsedMs / 1000).toFixed(1)} s`;
      say(`image: ${step}${detail === undefined ? "" : ` ${detail}`}${took}`);
    },
  });
}

async function combinatorOf(
  { combinator, platform }: Runbook,
  { signal }: RunRequest,
  { extensions }: CheckedRunbook,
): Promise<Combinator | undefined> {
  if (combinator === undefined) return undefined;
  const added = await extensionCombinator(extensions, combinator);
  if (added !== undefined) return added;
  return await makeCombinator(
    combinator,
    async (connection) => (await connectMachine(connection, platform, signal)).shell,
  );
}
