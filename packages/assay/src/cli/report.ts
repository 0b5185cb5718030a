import { Command, Option } from "commander";
import { compareRuns, readRun, renderDiff } from "../engine/index.ts";
import { nearPath } from "../engine/near-path.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { UsageError } from "../errors/catalogue.ts";
import { wantsColour } from "../notifiers/paint.ts";
import { FORMATS, type Format, giveReport } from "./report/formats.ts";
import { writeOutput } from "./report/write-output.ts";

interface ReportOptions {
  readonly format?: Format;
  readonly output?: string;
  readonly subtests: boolean;
  readonly diff: boolean;
  readonly failOnRegression: boolean;
  readonly json: boolean;
  readonly log_path: string;
}

const HELP = `
RUN is the name of a run below 'runs', a run folder or its journal; 'latest' is the newest. The run may be over, going
on, or killed. html and junit are written into the run folder and their path is printed; every other format goes to
standard output, unless --output names a file ('-' is standard output).

github prints annotations; the summary in Markdown goes to --output, or to the file that GITHUB_STEP_SUMMARY names.

--diff RUN1 [RUN2] tells what is different in RUN2 (default: latest): newFailures, notFinished, fixed, newSkips,
noLongerRun, newlyRun, slower (1.5 times as long or more, and at least 1 s more), changedMessages. With --json one
document has these lists, each result with 'before' and 'after', and 'regressions': new failures, and passed results
that the second run did not finish.

Exit codes: 0 rendered, 1 a regression with --fail-on-regression, 2 there is no such run or format, 3 the journal cannot
be read.`;

/** `assay report`: any report of a run, made again from its journal, and what is different between two runs. */
export function reportCommand(): Command {
  return new Command("report")
    .description("Make a report of a run again, or compare two runs.")
    .argument("[run...]", "the run; two with --diff (default: latest)")
    .addOption(new Option("--format <format>", "format of the report (default: text)").choices(FORMATS))
    .option("--output <path>", "file to write; - is standard output")
    .option("--subtests", "name the parts of cases: in text, and as cases of their own in junit", false)
    .option("--diff", "compare two runs", false)
    .option("--fail-on-regression", "with --diff: end with 1 when the second run is worse", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-l, --log_path <folder>", "folder of the run folders", "runs")
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", HELP)
    .action(async (runs: readonly string[], options: ReportOptions) => {
      checkOptions(runs, options);
      process.exitCode = options.diff ? await compare(runs, options) : await report(runs[0], options);
    });
}

function checkOptions(
  runs: readonly string[],
  { diff, format, json, failOnRegression, subtests }: ReportOptions,
): void {
  if (json && (format ?? "json") !== "json") {
    throw new UsageError(`--json and --format ${format} contradict each other.`, { help: "Leave one of them out." });
  }
  if (diff && (runs.length === 0 || runs.length > 2)) {
    throw new UsageError(`--diff compares two runs, and ${runs.length} are named.`, {
      help: "assay report --diff RUN1 RUN2; without RUN2 the newest run is compared.",
    });
  }
  if (diff && ((format ?? "text") !== "text" || subtests) && format !== "json") {
    throw new UsageError("A comparison is told as text or with --json, without parts of cases.", {
      help: "Leave --format and --subtests out.",
    });
  }
  if (!diff && runs.length > 1) {
    throw new UsageError(`A report is about one run, and ${runs.length} are named.`, {
      help: "Name one run, or compare two of them with --diff.",
    });
  }
  if (!diff && failOnRegression) {
    throw new UsageError("--fail-on-regression needs two runs to compare.", { help: "Add --diff RUN1 RUN2." });
  }
}

async function report(run: string | undefined, options: ReportOptions): Promise<ExitCode> {
  const { output, subtests: hasSubtests, log_path: logPath } = options;
  const format = options.json ? "json" : (options.format ?? "text");
  process.stdout.write(await giveReport(await readRun(run, { logPath }), { format, output, hasSubtests }));
  return ExitCode.ok;
}

async function compare([first, second]: readonly string[], options: ReportOptions): Promise<ExitCode> {
  const { output = "-", failOnRegression, log_path: logPath } = options;
  const diff = await compareRuns(await readRun(first, { logPath }), await readRun(second, { logPath }));
  const color = output === "-" && wantsColour(process.stdout.isTTY === true, process.env);
  const text = await renderDiff(diff, options.json || options.format === "json" ? "json" : "text", { color });
  if (output !== "-") await writeOutput(output, text);
  process.stdout.write(output === "-" ? text : `${nearPath(output)}\n`);
  return failOnRegression && diff.isRegression ? ExitCode.failed : ExitCode.ok;
}
