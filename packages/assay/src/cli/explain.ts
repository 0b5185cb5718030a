import { Command, Option } from "commander";
import { DEFAULT_RUNBOOK } from "../engine/default-runbook.ts";
import { explain, loadRunbook } from "../engine/index.ts";
import { opened } from "../engine/runbook-file.ts";
import { UsageError } from "../errors/catalogue.ts";
import { listCombinations } from "../runbook/combinators/list-combinations.ts";
import { didYouMean } from "../runbook/nearest.ts";
import { explainVariable } from "../runbook/variables/explain.ts";
import { collectValues } from "./collect-values.ts";
import { caseJson, caseText, variableJson, variableText } from "./explain-text.ts";
import { loadToLook } from "./load-to-look.ts";

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
    .addOption(
      new Option("-r, --runbook <file>", "runbook").default(
        DEFAULT_RUNBOOK,
        "the runbook 'default.yml' that comes with assay",
      ),
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

async function ofCase(name: string, { runbook, variable, platform, json }: ExplainOptions): Promise<string> {
  const { file } = await loadToLook(runbook, { variables: variable, ...(platform !== undefined && { platform }) });
  const explained = await explain(file, name);
  return file.mask(
    json ? JSON.stringify({ cases: explained.flatMap(caseJson) }) : explained.map(caseText).join("\n\n"),
  );
}

/** Works also with a runbook that has errors, because a wrong value is what one wants explained. */
async function ofVariable(name: string, { runbook: path, variable, platform, json }: ExplainOptions): Promise<string> {
  const { mask, diagnostics, runbook, trace } = opened(
    await loadRunbook(path, {
      variables: variable,
      environment: process.env,
      ...(platform !== undefined && { platform }),
    }),
  );
  const combinator = runbook?.combinator && listCombinations(runbook.combinator);
  const explanation = explainVariable(name, trace, combinator);
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
