import { createHash } from "node:crypto";
import type { RunCommandOptions } from "../../cli/run-options.ts";
import { makeMask } from "../../events/mask.ts";
import type { RunInputs } from "../../events/types.ts";
import type { Runbook } from "../../runbook/types.ts";
import { nameInEnvironment, splitArgument } from "../../runbook/variables/overrides.ts";
import { DEFAULT_RUNBOOK } from "../default-runbook.ts";
import type { CheckedRunbook } from "../load-checked.ts";

/** Options that do not change what is run, or stand in the record under a name of their own. */
const APART: ReadonlySet<string> = new Set(["runbook", "variable", "json", "debug", "log_path", "id"]);

export interface GivenInputs {
  readonly cases: readonly string[];
  readonly options: RunCommandOptions;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a run is asked to do, without the values of secrets. */
export function recordInputs(given: GivenInputs, checked: CheckedRunbook): RunInputs {
  const { cases, options } = given;
  const { runbook, first, sources } = checked;
  const mask = makeMask(runbook.secrets, runbook.secretMasks);
  const secrets = new Set<string>();
  const isOpen = (name: string, text: string, isMarked: boolean): boolean => {
    // A variable that is not known now may turn out to be a secret later.
    const isSecret = isMarked || first.variables.get(name.toLowerCase())?.isSecret !== false || mask(text) !== text;
    if (isSecret) secrets.add(name.toLowerCase());
    return !isSecret;
  };
  const variables = options.variable.filter((argument) => {
    const { name, text, isSecret } = splitArgument(argument) ?? { name: "", text: "", isSecret: true };
    return isOpen(name, text, isSecret);
  });
  const environment = Object.entries(given.environment).flatMap(([key, text = ""]) => {
    const named = nameInEnvironment(key);
    return named !== undefined && isOpen(named.name, text, named.isSecret) ? [[key, text] as const] : [];
  });
  const files = [...sources, ...tableOf(runbook)];
  const others = Object.entries(options).flatMap(([name, value]) => (APART.has(name) ? [] : plainOption(name, value)));
  return {
    folder: process.cwd(),
    runbook: options.runbook ?? DEFAULT_RUNBOOK,
    cases,
    options: Object.fromEntries(others),
    variables,
    environment: Object.fromEntries(environment),
    secrets: [...secrets].sort(),
    files: Object.fromEntries(files.map(([name, text]) => [name, digestOf(text)])),
  };
}

/** The rows of the combinator's file: it is read, and no runbook. */
function tableOf({ combinator }: Runbook): (readonly [string, string])[] {
  if (combinator?.table === undefined) return [];
  return [[String(combinator.settings.file_name ?? combinator.type), JSON.stringify(combinator.table)]];
}

const plainOption = (name: string, value: unknown): (readonly [string, string | number | boolean])[] =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[name, value]] : [];

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
