import { UsageError } from "../errors/catalogue.ts";
import type { Extensions } from "../extension/load-extension.ts";
import type { LoadStage, Stage } from "../run/stage.ts";
import type { Runbook } from "../runbook/types.ts";
import { Judge, type JudgeOptions } from "./judge.ts";
import type { OpenRunbookFile } from "./runbook-file.ts";

/** A runbook without errors, and what judges the problems that later steps find in it. */
export interface CheckedRunbook {
  readonly file: OpenRunbookFile;
  readonly runbook: Runbook;
  /** The runbook with its variables, before anything has run. */
  readonly first: Stage;
  /** Reads it again, with values that combinators and transformers gave. */
  readonly load: LoadStage;
  /** The built-in catalogue and what the runbook's extensions add. */
  readonly extensions: Extensions;
  readonly judge: Judge["judge"];
}

/**
 * A runbook that can be used, with every warning told. Throws one RunbookError that shows every problem when there is an
 * error, or when the runbook is to be run and asks for what this version cannot carry out.
 */
export function checkedRunbook(file: OpenRunbookFile, options: JudgeOptions): CheckedRunbook {
  const { judge } = new Judge(file, options);
  judge(file.loaded.diagnostics);
  const runbook = usable(file.runbook, file.path);
  const load: LoadStage = async (assigned) => {
    const loaded = await file.load(assigned);
    judge(loaded.diagnostics);
    return { runbook: usable(loaded.runbook, file.path), variables: loaded.variables };
  };
  return { file, runbook, first: { runbook, variables: file.variables }, load, extensions: file.extensions, judge };
}

function usable(runbook: Runbook | undefined, path: string): Runbook {
  if (runbook !== undefined) return runbook;
  throw new UsageError(`The runbook '${path}' cannot be used.`);
}
