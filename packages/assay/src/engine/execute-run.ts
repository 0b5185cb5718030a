import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { aftercareOf } from "../cli/aftercare-options.ts";
import { nearPath } from "../cli/report/near-path.ts";
import type { RunCommandOptions } from "../cli/run-options.ts";
import { makeCombinator } from "../combinators/make-combinator.ts";
import { HostExhausted, UsageError } from "../errors/catalogue.ts";
import { makeMask } from "../events/mask.ts";
import type { RunInputs } from "../events/types.ts";
import { hostFacts } from "../host/facts.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import { makePlatform } from "../run/make-platform.ts";
import { refusal } from "../run/requirement.ts";
import type { PastRun } from "../run/resume/past-run.ts";
import { type RunReport, run } from "../run/run.ts";
import { RunFolder } from "../run/run-folder.ts";
import { runStages } from "../run/run-stages.ts";
import { connectMachine } from "../run/transform/connect-machine.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { Runbook } from "../runbook/types.ts";
import { findTransformer } from "../transformers/registry.ts";
import { DEFAULT_RUNBOOK } from "./default-runbook.ts";
import { extensionCombinator, extensionPlatform } from "./extension-parts.ts";
import { type CheckedRunbook, loadChecked } from "./load-checked.ts";
import { makeNotifiers } from "./make-notifiers.ts";
import { accepted, changedInputs, changedPlan } from "./resume/changes.ts";
import { recordInputs } from "./resume/record-inputs.ts";
import { version } from "./version.ts";

/** What the command line gives a run, and where it speaks. */
export interface RunRequest {
  /** Names of cases; without them the runbook selects. */
  readonly cases: readonly string[];
  readonly options: RunCommandOptions;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** Environment variables in place of those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The run that is gone on with. */
  readonly resumed?: ResumedRun;
}

/** A run that was cut off. */
export interface ResumedRun {
  readonly past: PastRun;
  readonly folder: string;
  /** Goes on although something else is asked for now. */
  readonly acceptsChanges: boolean;
}

/** Loads a runbook and runs it. Throws UsageError for what is wrong with it or with the options. */
export async function executeRun(request: RunRequest): Promise<RunReport> {
  const { cases, options, say, resumed, environment = process.env } = request;
  const checked = await loadChecked(
    options.runbook ?? DEFAULT_RUNBOOK,
    {
      purpose: "run",
      variables: options.variable,
      environment,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    },
    say,
  );
  const { runbook, extensions, judge } = checked;
  checkOptions(options, runbook, resumed);
  const inputs = recordInputs({ cases, options, environment }, checked);
  const order: Order = { ...request, inputs, changes: resumed === undefined ? [] : changesOf(resumed, inputs) };
  // Cases are checked before the image, so that a misspelt name costs no build.
  const draft = makePlan({ runbook, suites: extensions.suites, only: cases, refuse: () => undefined });
  const isStaged = runbook.combinator !== undefined || (runbook.transformers ?? []).length > 0;
  if (!isStaged) {
    judge(draft.diagnostics);
    return await runAtOnce(order, checked);
  }
  // While values are still to come, what filters choose and whether they contradict each other is not known.
  judge(draft.diagnostics.filter(({ severity, code }) => severity === "error" && code !== "X03"));
  return await runInStages(order, checked);
}

/** A request with what it comes to. */
interface Order extends RunRequest {
  readonly inputs: RunInputs;
  /** What a run that is gone on with is asked for otherwise than before. */
  readonly changes: readonly string[];
}

function changesOf(resumed: ResumedRun, inputs: RunInputs): readonly string[] {
  const then = resumed.past.inputs;
  return then === undefined ? [] : accepted(changedInputs(then, inputs), resumed);
}

function checkOptions(options: RunCommandOptions, runbook: Runbook, resumed: ResumedRun | undefined): void {
  if (options.image !== undefined && runbook.platform.type !== "qemu") {
    throw new UsageError(`The platform '${runbook.platform.type}' takes no image.`, {
      help: "Leave --image out, or choose --platform qemu.",
    });
  }
  const folder = options.id === undefined ? undefined : resolve(rootOf(options), options.id);
  if (folder !== undefined && resumed === undefined && existsSync(folder)) {
    throw new UsageError(`The run folder '${folder}' exists.`, { help: "Choose another --id." });
  }
}

const rootOf = (options: RunCommandOptions): string => resolve(options.log_path ?? "runs");

/** A runbook whose plan is known before anything runs: everything about it is checked before there is a run folder. */
async function runAtOnce(request: Order, checked: CheckedRunbook): Promise<RunReport> {
  const { runbook } = checked;
  const { resumed } = request;
  const mask = makeMask(runbook.secrets, runbook.secretMasks);
  const now = new Date();
  await using platform = await platformOf(runbook, request, checked, runIdOf(now));
  const plan = planOf(runbook, platform, request, checked);
  const planChanges = resumed === undefined ? [] : accepted(changedPlan(resumed.past, plan, mask), resumed);
  const changes = [...request.changes, ...planChanges];
  const opened = openRun({ ...request, changes }, checked, now);
  return await toldHowToGoOn(opened.folder, run({ ...opened, plan, platform }));
}

async function runInStages(request: Order, checked: CheckedRunbook): Promise<RunReport> {
  const { first, load, extensions, judge } = checked;
  const now = new Date();
  const opened = openRun(request, checked, now);
  const running = runStages({
    ...opened,
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
  return await toldHowToGoOn(opened.folder, running);
}

/** A full disk ends a run that nothing else is wrong with. */
async function toldHowToGoOn<T>(folder: RunFolder, running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof HostExhausted)) throw error;
    const help = `${error.help ?? "Free some space."} Then 'assay resume ${nearPath(folder.path)}' goes on with the run.`;
    throw new HostExhausted(error.message, { help, cause: error });
  }
}

/** Marks what the platform makes for this run. */
const runIdOf = (now: Date): string => `${process.pid}-${now.getTime()}`;

function openRun(order: Order, { runbook, extensions }: CheckedRunbook, now: Date) {
  const { options, say, signal, resumed, inputs, changes } = order;
  const folder =
    resumed === undefined
      ? RunFolder.create(rootOf(options), runbook.name, now, options.id)
      : RunFolder.open(resumed.folder);
  return {
    runbook,
    folder,
    notifiers: makeNotifiers(runbook, extensions, folder.path),
    version: version(),
    host: hostFacts(),
    signal,
    isRecording: options.record,
    aftercare: aftercareOf(options),
    inputs,
    changes,
    say,
    ...(resumed && { past: resumed.past }),
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
