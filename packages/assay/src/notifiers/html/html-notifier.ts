import { dirname, join, posix, relative, sep } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import type { ResultSummary, RunSummary } from "../../events/folds/run-summary.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { clipMiddle } from "../clip.ts";
import type { Notifier } from "../notifier.ts";
import { toldMessage } from "../told-message.ts";
import { collectDetails } from "./collect-details.ts";
import { withPackedMessage } from "./long-messages.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { renderPage } from "./page.ts";
import { loadPageAssets } from "./page-assets.ts";
import { inReadingOrder, MESSAGE_LENGTH } from "./results-section.ts";

/** Writes `report.html`, or a file of another name, into the run folder when it is closed. */
export function htmlNotifier(options: {
  readonly runFolder: string;
  readonly fileName?: string;
  /** Opens it for who sits before the screen. */
  readonly opens?: boolean;
}): Notifier {
  const { runFolder, fileName = "report.html" } = options;
  const fold = new RunFold();
  return {
    name: "html",
    onEvent: (event) => fold.apply(event),
    onPastEvent: (event) => fold.apply(event),
    async close() {
      const path = join(runFolder, fileName);
      await replaceFile(path, await renderHtmlReport(fold.summary(), runFolder, dirname(path)));
      if (options.opens === true) openInBrowser(path, process.env);
      return [path];
    },
  };
}

/**
 * The report of a run as one self-contained HTML document; reads the case folders in `runFolder`. Its links to files
 * hold from `standsIn`, which is the run folder when absent.
 */
export async function renderHtmlReport(
  summary: RunSummary,
  runFolder: string,
  standsIn: string = runFolder,
): Promise<string> {
  const ordered = inReadingOrder(summary.results);
  const [details, assets] = await Promise.all([collectDetails(summary, ordered, runFolder), loadPageAssets()]);
  const toRunFolder = relative(standsIn, runFolder).split(sep).join("/");
  const packed = withPackedMessage(ordered);
  const linked = details.map((detail, row) => ({
    ...detail,
    message: packed.has(row) ? messageOf(ordered[row]) : "",
    files: detail.files.map((file) => ({ ...file, href: `./${posix.join(toRunFolder, file.href)}` })),
  }));
  return renderPage(summary, ordered, linked, { ...assets, toRunFolder });
}

const messageOf = (result: ResultSummary | undefined): string =>
  result === undefined ? "" : clipMiddle(toldMessage(result), MESSAGE_LENGTH);
