import { Command } from "commander";
import { type Replay, replay } from "../engine/index.ts";
import { ExitCode } from "../errors/assay-error.ts";
import { makePaint, wantsColour } from "../notifiers/paint.ts";
import { jsonOfReplays } from "./replay/replay-json.ts";
import { replayLines, replaySummary } from "./replay/replay-text.ts";

interface ReplayOptions {
  readonly sinceChange: boolean;
  readonly json: boolean;
  readonly log_path: string;
}

const HELP = `
RUN is a run below 'runs' that was made with 'assay run --record', any folder with recordings, or one recording;
'latest' (the default) is the newest run. CASE is the name of a case, SUITE.CASE or the id of a result.

--since-change replays only what was recorded with other code than there is now: the file of the suite, or one it
imports by a relative path. Without RUN it looks at the recordings of every run.

Exit codes: 0 everything as recorded, 1 a call or a verdict is another one, 2 there is no such run or case, 3 there is
no recording, or one cannot be read.`;

/** `assay replay`: the code of cases as it is now, against what guests have answered before. */
export function replayCommand(): Command {
  return new Command("replay")
    .description("Run recorded cases again without any machine.")
    .argument("[run]", "the run, a folder with recordings or a recording (default: latest)")
    .argument("[case...]", "names of cases; without them all are replayed")
    .option("--since-change", "only cases whose code has changed since they were recorded", false)
    .option("--json", "print one JSON document on standard output", false)
    .option("-l, --log_path <folder>", "folder of the run folders", "runs")
    .option("-d, --debug", "show stacks of errors", false)
    .addHelpText("after", HELP)
    .action(async (run: string | undefined, cases: readonly string[], options: ReplayOptions) => {
      process.exitCode = await replayAll(run, cases, options);
    });
}

async function replayAll(run: string | undefined, cases: readonly string[], options: ReplayOptions): Promise<number> {
  const { sinceChange, json, log_path: logPath } = options;
  const paint = makePaint(wantsColour(process.stdout.isTTY, process.env));
  const replays: Replay[] = [];
  // Ctrl-C ends the process at once: a replay holds nothing that would have to be given back.
  for await (const each of replay(run, { cases, sinceChange, logPath })) {
    replays.push(each);
    if (!json) process.stdout.write(`${replayLines(each, paint).join("\n")}\n`);
  }
  const exitCode = exitCodeOf(replays);
  process.stdout.write(`${json ? JSON.stringify(jsonOfReplays(replays, exitCode)) : replaySummary(replays)}\n`);
  return exitCode;
}

function exitCodeOf(replays: readonly Replay[]): number {
  const outcomes = new Set(replays.map(({ outcome }) => outcome));
  if (outcomes.has("unreadable")) return ExitCode.machinery;
  return outcomes.has("diverged") || outcomes.has("other-verdict") ? ExitCode.failed : ExitCode.ok;
}
