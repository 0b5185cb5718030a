import { join } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Notifier } from "../notifier.ts";
import { makePaint } from "../paint.ts";
import { summaryLines } from "../summary-lines.ts";

export interface TextResultOptions {
  readonly runFolder: string;
  readonly hasSubtests: boolean;
}

/** Wider than a terminal, because a file has no edge. */
const COLUMNS = 200;

/** Writes the summary of the console into `lisa-<run>-result.txt` in the run folder when it is closed. */
export function textResultNotifier({ runFolder, hasSubtests }: TextResultOptions): Notifier {
  const fold = new RunFold();
  return {
    name: "text_result",
    onEvent: (event) => fold.apply(event),
    onPastEvent: (event) => fold.apply(event),
    async close() {
      const summary = fold.summary();
      const paint = makePaint(false);
      const lines = summaryLines(summary, { paint, columns: COLUMNS, folder: ".", reports: [], hasSubtests });
      const path = join(runFolder, `lisa-${summary.run}-result.txt`);
      await replaceFile(path, `${lines.join("\n").trim()}\n`);
      return [path];
    },
  };
}
