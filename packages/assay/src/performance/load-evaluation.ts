import { glob, readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { UsageError } from "../errors/catalogue.ts";
import type { Criteria } from "./criteria.ts";
import { PerformanceEvaluation } from "./evaluation.ts";
import { readCriteria } from "./read-criteria.ts";

/** Keys of the notifier `perfevaluation`. */
export type EvaluationKeys = Readonly<Record<string, unknown>>;

const STANDARD_FILES = "*_criteria.yml";
const STANDARD_DROP = 0.02;
const WIDEST_DROP = 0.999;

/**
 * Makes what compares measurements with criteria: those that stand in the runbook, or else those of the files it names,
 * relative to its folder, YAML or JSON. Throws UsageError with all that is wrong with them, and for a file that is not
 * there where missed criteria fail cases; otherwise `say` tells of it.
 */
export async function loadEvaluation(
  keys: EvaluationKeys,
  runbookFile: string,
  say: (text: string) => void,
): Promise<PerformanceEvaluation> {
  const failsCases = keys.fail_test_on_performance_failure === true;
  const inline = keys.criteria;
  const isInline = typeof inline === "object" && inline !== null && Object.keys(inline).length > 0;
  const drop = typeof keys.post_peak_drop_ratio === "number" ? keys.post_peak_drop_ratio : STANDARD_DROP;
  return new PerformanceEvaluation({
    criteria: isInline
      ? read(inline, `criteria of '${runbookFile}'`)
      : await fromFiles(fileNamed(keys.criteria_file), runbookFile, failsCases, say),
    statisticsTimes: typeof keys.statistics_times === "number" ? keys.statistics_times : 1,
    postPeakDropRatio: Math.min(Math.max(drop, 0), WIDEST_DROP),
    failsCases,
  });
}

const fileNamed = (given: unknown): string => (typeof given === "string" && given !== "" ? given : STANDARD_FILES);

async function fromFiles(
  named: string,
  runbookFile: string,
  failsCases: boolean,
  say: (text: string) => void,
): Promise<Criteria> {
  const folder = dirname(resolve(runbookFile));
  const isPattern = /[*?[]/.test(named);
  const paths = isPattern ? await matching(named, folder) : [resolve(folder, named)];
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await textOf(path) })));
  const missing = isPattern && paths.length === 0 ? named : texts.find(({ text }) => text === undefined)?.path;
  if (missing !== undefined) {
    const message = `There are no criteria at '${missing}' for the notifier 'perfevaluation'.`;
    if (failsCases) {
      throw new UsageError(message, {
        help: "Name a file with 'criteria_file', relative to the runbook, or write the criteria into 'criteria'.",
      });
    }
    say(`${message} What is measured is recorded and not judged.`);
  }
  const read = await Promise.all(
    texts.map(async ({ path, text }) => (text === undefined ? [] : await parsed(path, text))),
  );
  return read.flat();
}

async function matching(pattern: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: folder })) found.push(path);
  const criteria = found.filter((path) => KINDS.includes(extname(path).toLowerCase()));
  return criteria.sort().map((path) => resolve(folder, path));
}

const KINDS = [".yml", ".yaml", ".json"];

/** Undefined when there is no such file. Throws what else goes wrong. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw unreadable(path, error);
  }
}

/** YAML holds all of JSON. */
async function parsed(path: string, text: string): Promise<Criteria> {
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
  return read(value ?? {}, `criteria '${path}'`);
}

function read(value: unknown, name: string): Criteria {
  const problems: string[] = [];
  const criteria = readCriteria(value, problems);
  if (problems.length === 0) return criteria;
  throw new UsageError(`The ${name} are wrong:\n${problems.join("\n")}`, { help: "Correct them, then run again." });
}

const unreadable = (path: string, error: unknown): UsageError =>
  new UsageError(`The criteria '${path}' cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
    help: "Correct the file, or name another one with 'criteria_file'.",
    cause: error,
  });
