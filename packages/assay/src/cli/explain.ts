import { Command } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { loadChecked } from "../engine/load-checked.ts";
import { UsageError } from "../errors/catalogue.ts";
import { makeMask } from "../events/mask.ts";
import { Extensions } from "../extension/load-extension.ts";
import { unknownCase } from "../plan/criteria.ts";
import { explainInCombinations } from "../plan/explain-combinations.ts";
import { fullNameOf } from "../plan/select.ts";
import { loadRefusals } from "../run/static-refusal.ts";
import { listCombinations } from "../runbook/combinators/list-combinations.ts";
import { loadRunbook } from "../runbook/load.ts";
import { didYouMean } from "../runbook/nearest.ts";
import { explainVariable } from "../runbook/variables/explain.ts";
import { VariableTrace } from "../runbook/variables/trace.ts";
import type { Case } from "../suite/suite.ts";
import { collectValues } from "./collect-values.ts";
import { caseJson, caseText, type ExplainedCase, variableJson, variableText } from "./explain-text.ts";

interface ExplainOptions {
  readonly runbook: string;
  readonly variable: readonly string[];
  readonly platform?: string;
  readonly json: boolean;
}

/** `assay explain`: why a case runs or does not, or where a variable has its value from. Touches no machine. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("Tell why a case runs or does not, or where a variable has its value from.")
    .argument("[case]", "name of a case, as 'case' or 'Suite.case'")
    .option(
      "-r, --runbook <file>",
      "runbook (default: the runbook 'default.yml' that comes with assay)",
      DEFAULT_RUNBOOK,
    )
    .option(
      "-v, --variable <name[:value]>",
      "a name alone is the variable to explain; name:value sets one, s:name:value a secret; repeatable",
      collectValues,
      [],
    )
    .option("--platform <type>", "platform instead of the runbook's")
    .option("--json", "print one JSON document on standard output", false)
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", "\nExit codes: 0 explained, 2 there is no such case or variable, or the runbook has errors.")
    .action(async (name: string | undefined, options: ExplainOptions) => {
      const wanted = options.variable.filter((each) => !each.includes(":"));
      if (wanted.length + (name === undefined ? 0 : 1) !== 1) {
        throw new UsageError("Name one case or one variable to explain.", {
          help: "assay explain CASE -r FILE, or assay explain --variable NAME -r FILE.",
        });
      }
      const values = options.variable.filter((each) => each.includes(":"));
      const given = { ...options, variable: values };
      const text = name === undefined ? await ofVariable(wanted[0] ?? "", given) : await ofCase(name, given);
      process.stdout.write(`${text}\n`);
    });
}

/** Combinations that are looked at; more are not. */
const MOST_COMBINATIONS = 10_000;

async function ofCase(name: string, { runbook: file, variable, platform, json }: ExplainOptions): Promise<string> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const { runbook, extensions, load } = await loadChecked(
    file,
    { variables: variable, purpose: "look", ...(platform !== undefined && { platform }) },
    say,
  );
  const cases = extensions.suites.flatMap((suite) => suite.cases);
  const refusals = await loadRefusals();
  const secrets = new Set(runbook.secrets);
  const explained: ExplainedCase[] = [];
  const combinator = runbook.combinator && listCombinations(runbook.combinator);
  const isOpen = runbook.combinator !== undefined && combinator === undefined;
  for (const testCase of findCases(name, cases)) {
    const groups = await explainInCombinations({
      runbook,
      combinator,
      load: async (values) => {
        const loaded = (await load(values)).runbook;
        for (const secret of loaded.secrets) secrets.add(secret);
        return loaded;
      },
      testCase,
      cases,
      refusals,
      mostCombinations: MOST_COMBINATIONS,
    });
    explained.push({ testCase, groups, isOpen });
  }
  const mask = makeMask([...secrets], runbook.secretMasks);
  return mask(json ? JSON.stringify({ cases: explained.flatMap(caseJson) }) : explained.map(caseText).join("\n\n"));
}

function findCases(name: string, cases: readonly Case[]): readonly Case[] {
  const wanted = name.toLowerCase();
  const found = cases.filter((each) => each.name.toLowerCase() === wanted || fullNameOf(each).toLowerCase() === wanted);
  if (found.length > 0) return found;
  const { message, help } = unknownCase(
    name,
    cases.map((each) => each.name),
  );
  throw new UsageError(message, help === undefined ? {} : { help });
}

/** Works also with a runbook that has errors, because a wrong value is what one wants explained. */
async function ofVariable(name: string, { runbook: file, variable, platform, json }: ExplainOptions): Promise<string> {
  const trace = new VariableTrace();
  const { runbook, secrets, diagnostics } = await loadRunbook(file, {
    variables: variable,
    environment: process.env,
    loadExtensions: new Extensions((await import("@assay/suites")).suites).load,
    trace,
    ...(platform !== undefined && { platform }),
  });
  const combinator = runbook?.combinator && listCombinations(runbook.combinator);
  const explanation = explainVariable(name, trace, combinator);
  const mask = makeMask(secrets);
  if (explanation !== undefined) {
    return mask(json ? JSON.stringify({ variable: variableJson(explanation) }) : variableText(explanation));
  }
  const unread = diagnostics.find(({ code, severity }) => severity === "error" && code.startsWith("F"));
  const uses = trace
    .usesOf(name)
    .map(({ position }) => ` It is used at ${position.file}:${position.line}:${position.column}.`);
  throw new UsageError(
    `Nothing gives the variable '${name}' a value.${uses.join("")}${unread === undefined ? "" : ` ${unread.message}`}`,
    {
      help:
        didYouMean(name, trace.variables?.names ?? []) ??
        `Define it under 'variable', or give it with -v ${name}:VALUE.`,
    },
  );
}
