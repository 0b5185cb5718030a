import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { HostExhausted, UsageError } from "../errors/catalogue.ts";
import { makeMask, maskDeep } from "../events/mask.ts";
import type { RunInputs } from "../events/types.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import type { Platform } from "../platforms/platform.ts";
import { holdRun } from "../run/hold-run.ts";
import { refusal } from "../run/requirement.ts";
import type { PastRun } from "../run/resume/past-run.ts";
import { type RunReport, run } from "../run/run.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { runStages } from "../run/run-stages.ts";
import type { Runbook } from "../runbook/types.ts";
import { findTransformer } from "../transformers/registry.ts";
import { checkedRunbook } from "./checked-runbook.ts";
import type { EventTail } from "./event-tail.ts";
import { combinatorOf, type PartsSetup, platformOf } from "./make-parts.ts";
import { nearPath } from "./near-path.ts";
import { openRun } from "./open-run.ts";
import { planOrder } from "./plan-order.ts";
import { accepted, changedInputs, changedPlan } from "./resume/changes.ts";
import { recordInputs } from "./resume/record-inputs.ts";
import type { RunNotice, TestRunOptions } from "./run-options.ts";
import type { OpenRunbookFile } from "./runbook-file.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** A run that is asked for. */
export interface RunRequest {
  readonly file: OpenRunbookFile;
  readonly options: TestRunOptions;
  readonly signal: AbortSignal;
  /** Hears when the journal grows. */
  readonly tail: EventTail;
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

/** A request with what it comes to. */
export interface Order extends RunRequest, PartsSetup {
  readonly inputs: RunInputs;
  /** What a run that is gone on with is asked for otherwise than before. */
  readonly changes: readonly string[];
}

/**
 * Runs a runbook. Throws RunbookError for what is wrong with it and UsageError for what is wrong with the options. What
 * it throws or tells as a notice is without secrets, which the runbook may have put into paths and addresses.
 */
export async function executeRun(request: RunRequest): Promise<RunReport> {
  const { mask } = request.file;
  const { onNotice } = request.options;
  const masked = onNotice && { onNotice: (notice: RunNotice) => onNotice(maskDeep(notice, mask)) };
  try {
    return await checkAndRun({ ...request, options: { ...request.options, ...masked } });
  } catch (error) {
    throw withoutSecrets(error, mask);
  }
}

async function checkAndRun(request: RunRequest): Promise<RunReport> {
  const { file, options, signal, resumed } = request;
  signal.throwIfAborted();
  const warn = options.onNotice ?? (() => undefined);
  const checked = checkedRunbook(file, {
    purpose: "run",
    warn: (diagnostic, text) => warn({ kind: "diagnostic", diagnostic, text }),
  });
  const { runbook, extensions, judge } = checked;
  checkOptions(options, runbook, resumed);
  const inputs = recordInputs(options, checked);
  const changes = resumed === undefined ? [] : changesOf(resumed, inputs);
  // Not from the time alone: several runs may begin at once in one process.
  const runId = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const order: Order = { ...request, checked, inputs, changes, runId };
  // Cases are checked before the image, so that a misspelt name costs no build.
  const draft = makePlan({ runbook, suites: extensions.suites, only: options.cases ?? [], refuse: () => undefined });
  const isStaged = runbook.combinator !== undefined || (runbook.transformers ?? []).length > 0;
  if (!isStaged) {
    judge(draft.diagnostics);
    return await runAtOnce(order);
  }
  // While values are still to come, what filters choose and whether they contradict each other is not known.
  judge(draft.diagnostics.filter(({ severity, code }) => severity === "error" && code !== "X03"));
  return await runInStages(order);
}

function changesOf(resumed: ResumedRun, inputs: RunInputs): readonly string[] {
  const then = resumed.past.inputs;
  return then === undefined ? [] : accepted(changedInputs(then, inputs), resumed);
}

function checkOptions(options: TestRunOptions, runbook: Runbook, resumed: ResumedRun | undefined): void {
  const { cmdline, id, image, imageChecksum, initrd, kernel, logPath } = options;
  const ofImages = { image, "image checksum": imageChecksum, kernel, initrd, "kernel command line": cmdline };
  const [given] = Object.entries(ofImages).filter(([, value]) => value !== undefined);
  const ofLibvirt = given?.[0] === "image" || given?.[0] === "image checksum";
  if (given !== undefined && runbook.platform.type !== "qemu" && !(ofLibvirt && runbook.platform.type === "libvirt")) {
    throw new UsageError(`The platform '${runbook.platform.type}' takes no ${given[0]}.`, {
      help: `Leave the ${given[0]} out, or choose the platform 'qemu'.`,
    });
  }
  const folder = id === undefined ? undefined : resolve(logPath ?? "runs", id);
  if (folder !== undefined && resumed === undefined && existsSync(folder)) {
    throw new UsageError(`The run folder '${folder}' exists.`, { help: "Choose another id." });
  }
}

/** A runbook whose plan is known before anything runs: everything about it is checked before there is a run folder. */
async function runAtOnce(order: Order): Promise<RunReport> {
  const { runbook } = order.checked;
  const { resumed } = order;
  const mask = makeMask(runbook.secrets, runbook.secretMasks);
  // Let go last: the machines are removed by then.
  await using held = new AsyncDisposableStack();
  await using platform = await platformOf(runbook, order);
  const plan = planOf(runbook, platform, order);
  const planChanges = resumed === undefined ? [] : accepted(changedPlan(resumed.past, plan, mask), resumed);
  const opened = await openRun({ ...order, changes: [...order.changes, ...planChanges] });
  if (resumed === undefined) held.use(await holdRun(opened.folder.path));
  return await toldHowToGoOn(opened.folder, run({ ...opened, plan, platform }));
}

async function runInStages(order: Order): Promise<RunReport> {
  const { first, load, extensions, judge } = order.checked;
  const opened = await openRun(order);
  await using _held = order.resumed === undefined ? await holdRun(opened.folder.path) : undefined;
  const running = runStages({
    ...opened,
    first,
    load,
    makePlatform: ({ runbook }) => platformOf(runbook, order),
    plan({ runbook }, platform) {
      const plan = planOf(runbook, platform, order);
      judge(plan.diagnostics);
      return plan;
    },
    makeCombinator: ({ runbook }) => combinatorOf(runbook, order),
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

function planOf(runbook: Runbook, platform: Platform, { options, checked, resumed }: Order): Plan {
  const { suites } = checked.extensions;
  const refuse: Parameters<typeof makePlan>[0]["refuse"] = (testCase) => refusal(platform, testCase, runbook);
  const order = planOrder(options, runbook.file, resumed?.folder);
  return makePlan({ runbook, suites, only: options.cases ?? [], refuse, order });
}
