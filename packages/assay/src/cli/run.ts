import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { makeCombinator } from "../combinators/make-combinator.ts";
import { UsageError } from "../errors/catalogue.ts";
import type { Extensions } from "../extension/load-extension.ts";
import { hostFacts } from "../host/facts.ts";
import { consoleNotifier } from "../notifiers/console/console-notifier.ts";
import { htmlNotifier } from "../notifiers/html/html-notifier.ts";
import { junitNotifier } from "../notifiers/junit/junit-notifier.ts";
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
import { DEFAULT_RUNBOOK } from "./default-runbook.ts";
import { reportError } from "./exit.ts";
import { extensionCombinator, extensionNotifiers, extensionPlatform } from "./extension-parts.ts";
import { interruptSignal } from "./interrupt.ts";
import { loadChecked } from "./load-checked.ts";
import { jsonOfError, jsonOfReport } from "./run-json.ts";
import { declareRunCommand, type RunCommandOptions } from "./run-options.ts";
import { version } from "./version.ts";

/** `assay run`: a thin client of the engine. */
export function runCommand(): Command {
  return declareRunCommand().action(async (cases: readonly string[], options: RunCommandOptions) => {
    const output = async (): Promise<{ document: object; exitCode: number }> => {
      const report = await execute(cases, options);
      return { document: jsonOfReport(report), exitCode: report.exitCode };
    };
    const { document, exitCode } = await (options.json
      ? output().catch((error: unknown) => {
          const told = reportError(error, options.debug);
          process.stderr.write(`${told.text}\n`);
          return { document: jsonOfError(told), exitCode: told.exitCode };
        })
      : output());
    if (options.json) {
      process.stdout.write(`${JSON.stringify(document)}\n`);
    }
    process.exitCode = exitCode;
  });
}

async function execute(cases: readonly string[], options: RunCommandOptions): Promise<RunReport> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  using interrupt = interruptSignal(say);
  const { signal } = interrupt;
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
  if (options.image !== undefined && runbook.platform.type !== "qemu") {
    throw new UsageError(`The platform '${runbook.platform.type}' takes no image.`, {
      help: "Leave --image out, or choose --platform qemu.",
    });
  }
  const { suites } = extensions;
  const now = new Date();
  const root = resolve(options.log_path ?? "runs");
  if (options.id !== undefined && existsSync(resolve(root, options.id))) {
    throw new UsageError(`The run folder '${resolve(root, options.id)}' exists.`, { help: "Choose another --id." });
  }
  // Cases are checked before the image, so that a misspelt name costs no build.
  const draft = makePlan({ runbook, suites, only: cases, refuse: () => undefined });
  const isStaged = runbook.combinator !== undefined || (runbook.transformers ?? []).length > 0;
  // While values are still to come, what filters choose and whether they contradict each other is not known.
  judge(
    isStaged
      ? draft.diagnostics.filter(({ severity, code }) => severity === "error" && code !== "X03")
      : draft.diagnostics,
  );
  const runId = `${process.pid}-${now.getTime()}`;
  const platformOf = async (of: Runbook): Promise<Platform> =>
    (await extensionPlatform(extensions, of, { runId, signal })) ??
    (await makePlatform({
      runbook: of,
      image: options.image,
      run: runId,
      signal,
      progress: ({ step, detail, elapsedMs }) => {
        const took = elapsedMs === undefined ? "…" : ` ${(elapsedMs / 1000).toFixed(1)} s`;
        say(`image: ${step}${detail === undefined ? "" : ` ${detail}`}${took}`);
      },
    }));
  const planOf = (of: Runbook, platform: Platform): Plan =>
    makePlan({ runbook: of, suites, only: cases, refuse: (testCase) => refusal(platform, testCase, of) });
  const openRun = () => {
    const folder = RunFolder.create(root, runbook.name, now, options.id);
    const notifiers = [
      htmlNotifier({ runFolder: folder.path }),
      junitNotifier({ runFolder: folder.path }),
      consoleNotifier({ stream: process.stderr, runFolder: folder.path }),
      ...extensionNotifiers(extensions, runbook, folder.path),
    ];
    return { runbook, folder, notifiers, version: version(), host: hostFacts(), signal };
  };
  if (isStaged) {
    return await runStages({
      ...openRun(),
      first: checked.first,
      load: checked.load,
      makePlatform: (stage) => platformOf(stage.runbook),
      plan(stage, platform) {
        const plan = planOf(stage.runbook, platform);
        judge(plan.diagnostics);
        return plan;
      },
      makeCombinator: ({ runbook: of }) => combinatorOf(of, extensions, signal),
      findTransformer: async (type) => extensions.find("transformer", type) ?? (await findTransformer(type)),
    });
  }
  await using platform = await platformOf(runbook);
  const plan = planOf(runbook, platform);
  return await run({ ...openRun(), plan, platform });
}

async function combinatorOf(
  { combinator, platform }: Runbook,
  extensions: Extensions,
  signal: AbortSignal,
): Promise<Combinator | undefined> {
  if (combinator === undefined) return undefined;
  const connect = async (connection: Parameters<typeof connectMachine>[0]) =>
    (await connectMachine(connection, platform, signal)).shell;
  return (await extensionCombinator(extensions, combinator)) ?? (await makeCombinator(combinator, connect));
}
