import { createHash } from "node:crypto";
import { makeMask } from "../../events/mask.ts";
import type { RunInputs } from "../../events/types.ts";
import type { Runbook } from "../../runbook/types.ts";
import { nameInEnvironment, splitArgument } from "../../runbook/variables/overrides.ts";
import type { CheckedRunbook } from "../checked-runbook.ts";
import type { TestRunOptions } from "../run-options.ts";
import { recordOptions } from "./recorded-options.ts";

/** What a run is asked to do, without the values of secrets. */
export function recordInputs(options: TestRunOptions, checked: CheckedRunbook): RunInputs {
  const { runbook, first, file } = checked;
  const { given } = file;
  const mask = makeMask(runbook.secrets, runbook.secretMasks);
  const secrets = new Set<string>();
  const isOpen = (name: string, text: string, isMarked: boolean): boolean => {
    // A variable that is not known now may turn out to be a secret later.
    const isSecret = isMarked || first.variables.get(name.toLowerCase())?.isSecret !== false || mask(text) !== text;
    if (isSecret) secrets.add(name.toLowerCase());
    return !isSecret;
  };
  const variables = given.variables.filter((argument) => {
    const { name, text, isSecret } = splitArgument(argument) ?? { name: "", text: "", isSecret: true };
    return isOpen(name, text, isSecret);
  });
  const environment = Object.entries(given.environment).flatMap(([key, text = ""]) => {
    const named = nameInEnvironment(key);
    return named !== undefined && isOpen(named.name, text, named.isSecret) ? [[key, text] as const] : [];
  });
  const files = [...file.loaded.sources, ...tableOf(runbook)];
  return {
    folder: process.cwd(),
    runbook: file.path,
    cases: options.cases ?? [],
    options: recordOptions(options, given),
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

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
